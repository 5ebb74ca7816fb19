#!/usr/bin/env bash
# A server that both providers reach, and that answers each address by its own provider. Only here do they forward.

# shellcheck disable=SC2034 # for the .bats files
FAR_SERVER=203.0.113.2

connect_server_to_both_providers() {
  local number name subnet
  add_namespace "$HOST-server"
  inside "$HOST-server" ip address add "$FAR_SERVER/32" dev lo
  for number in 0 1; do
    name=$(provider "$number")
    ip link add "provider$number" netns "$HOST-server" type veth peer name server netns "$name"
    inside "$HOST-server" ip link set "provider$number" up
    inside "$name" ip link set server up
    inside "$name" sysctl -qw net.ipv4.ip_forward=1
    inside "$name" ip route add "$FAR_SERVER" dev server
    subnet=10.1.$((number + 1))
    inside "$HOST-server" ip route add "$subnet.0/24" via "$subnet.1" dev "provider$number" onlink
  done
}

at_server() {
  inside "$HOST-server" "$@"
}

bytes_through_provider() {
  at_provider "$1" ip -j -s link show server | jq '.[0].stats64.tx.bytes'
}

start_iperf_server() {
  at_server mptcpize run iperf3 --server --one-off --daemon
  wait_until server_listens
}

server_listens() {
  at_server ss --no-header --listening --tcp 'sport = 5201' | grep -q 5201
}

# A Multipath TCP connection that lasts longer than the test; tear_down_lab ends it.
start_long_connection() {
  start_iperf_server
  on_host mptcpize run iperf3 --client "$FAR_SERVER" --time 300 --bitrate 1M >/dev/null 2>&1 3>&- &
  wait_until connection_uses 10.1.1.2
}

#   connection_uses 10.1.1.2
connection_uses() {
  [[ -n $(paths_from "$1") ]]
}

# A subflow is known by its port: one that has stood through it all, dead, is none that came back.
paths_from() {
  on_host ss --no-header --tcp --numeric state established src "$1" dport = 5201 | awk '{ print $3 }' | sort
}

#   has_new_path 10.1.1.2 "$earlier"
has_new_path() {
  [[ -n $(comm -23 <(paths_from "$1") <(echo "$2")) ]]
}

# How often the server was told that an address is gone (net/mptcp/mib.c).
removals_heard_by_server() {
  at_server nstat -asz MPTcpExtRmAddr | awk '$1 == "MPTcpExtRmAddr" { print $2 }'
}
