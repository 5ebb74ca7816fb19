#!/usr/bin/env bash
# Bats runs this once around all files of the directory: on the machine of test/netns.

# shellcheck source-path=SCRIPTDIR source=../netns/setup_suite.bash
source "${BASH_SOURCE[0]%/*}/../netns/setup_suite.bash"
