#!/usr/bin/env bash
# Bats runs this once around all files of the directory, which need what those of the watcher need.

# shellcheck source=../watch/setup_suite.bash
source "${BASH_SOURCE[0]%/*}/../watch/setup_suite.bash"
