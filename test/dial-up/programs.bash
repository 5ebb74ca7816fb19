#!/usr/bin/env bash
# Fetches pppd and a kernel that has PPP, and prints the directory; see ../doors/programs.bash.
exec "${BASH_SOURCE[0]%/*}/../doors/programs.bash" dial-up ppp libpcap0.8 user-mode-linux
