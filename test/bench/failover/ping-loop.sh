#!/bin/sh
# The loop that people put beside two providers: three pings in a row are lost, and the other one has the default.
#   ping-loop.sh INTERVAL TARGET

lost=0
answered=0
by=eth0

# Else the ping would not find its way back to eth0 once the default is elsewhere.
ip route add "$2" via 10.1.1.1 dev eth0

while sleep "$1"; do
  if ping -c 1 -W 1 -I eth0 "$2" >/dev/null 2>&1; then
    lost=0
    answered=$((answered + 1))
  else
    answered=0
    lost=$((lost + 1))
  fi
  if [ "$by" = eth0 ] && [ "$lost" -ge 3 ]; then
    ip route replace default via 10.1.2.1 dev eth1
    by=eth1
  elif [ "$by" = eth1 ] && [ "$answered" -ge 3 ]; then
    ip route replace default via 10.1.1.1 dev eth0
    by=eth0
  fi
done
