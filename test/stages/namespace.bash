#!/usr/bin/env bash
# The commands that run another one as root of network and mount namespaces of its own.

namespace=(unshare --net --mount --propagation private --fork)
# With no more than what an ordinary user has.
user_namespace=(unshare --user --map-root-user "${namespace[@]:1}")
[ "$(id -u)" -eq 0 ] || namespace=("${user_namespace[@]}")
