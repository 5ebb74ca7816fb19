#!/usr/bin/env bash
# What the kernel holds, as text that two moments can be compared by.

# Everything that a hook could change. Left out: endpoint ids, which depend on the order of events; remaining lifetimes; and the
# kernel's own link-local and multicast routes, which come and go in their own time.
print_state() {
  local family
  {
    for family in -4 -6; do
      printf '%s\n' 'rule show' 'route show table all' | ip -netns "$HOST" -N -o "$family" -batch -
    done
    printf '%s\n' 'link show' 'mptcp endpoint show' 'mptcp limits show' 'netconf show' | ip -netns "$HOST" -N -o -batch -
  } | normalise |
    sed -E -e 's/^[0-9]+: ([^ ]+): <.* group ([0-9]+).*/link \1 group \2/' \
      -e 's/^(inet6? [^ ]+) forwarding .* ignore_routes_with_linkdown (on|off)/\1 ignores linkdown \2/' |
    grep -Ev '(fe80:|ff00:).* proto (2|kernel)' |
    sort
}

# Rules of one priority in any order, as hooks at the same time take turns.
print_rules() {
  on_host ip -N rule show | normalise | sort -n
  on_host ip -N -6 rule show | normalise | sort -n
}

print_endpoints() {
  on_host ip mptcp endpoint show | normalise | sort
}

# Rules and routes in the words of `ip` without -N, to be held against a page of documentation.
print_table() {
  on_host ip route show table "$(table_of "$1")" | normalise | sort
}

normalise() {
  squeeze | sed -E 's/ expires [0-9]+sec//; s/ id [0-9]+//'
}

squeeze() {
  sed -E 's/\t/ /g; s/ +$//; s/  +/ /g'
}

# The table that our rule for a source address looks up.
#   table_of 10.1.2.2
table_of() {
  local family=-4
  [[ $1 != *:* ]] || family=-6
  on_host ip -N "$family" rule show |
    awk -v address="$1" '$3 == address && !/suppress/ && / proto 77/ { print $5; exit }'
}

# The device that a packet leaves by.
#   way_from 10.1.2.2 [to 203.0.113.1]
way_from() {
  local address=$1 destination
  destination=${3:-$(server_of_family "$address")}
  on_host ip route get "$destination" from "$address" | sed -nE '1s/.* dev ([^ ]+).*/\1/p'
}

# The gateway that a packet leaves by, or nothing where its destination is a neighbour.
#   gateway_from 10.1.2.2 [to 203.0.113.1]
gateway_from() {
  local address=$1 destination
  destination=${3:-$(server_of_family "$address")}
  on_host ip route get "$destination" from "$address" | sed -nE '1s/.* via (inet6 )?([^ ]+).*/\2/p'
}

# All routes of ours, of both families and all tables.
print_our_routes() {
  on_host ip -N route show table all proto 77 | normalise
  on_host ip -N -6 route show table all proto 77 | normalise
}

server_of_family() {
  case $1 in
    *:*) echo "$SERVER6" ;;
    *) echo "$SERVER" ;;
  esac
}

group_of() {
  on_host ip -N -o link show "$1" | sed -nE 's/.* group ([0-9]+).*/\1/p'
}

# Whether routes do not count while the cable is out: on or off.
#   ignores_linkdown inet eth1
ignores_linkdown() {
  on_host ip -N netconf show | squeeze | sed -nE "s/^$1 ${2//./\\.} .* ignore_routes_with_linkdown (on|off)$/\\1/p"
}
