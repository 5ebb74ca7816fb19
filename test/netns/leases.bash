#!/usr/bin/env bash
# A DHCP server at provider 1 of lab.bash, and what a client on eth1 has by it.

# Provider 1 gives addresses from FIRST to LAST, renewed after 3 s.
#   serve_dhcp FIRST LAST ROUTER [OPTION…]
serve_dhcp() {
  at_provider 1 dnsmasq --conf-file=/dev/null --user=root --group= --port=0 \
    --interface=customer --bind-interfaces --no-ping --dhcp-authoritative \
    --dhcp-range="10.1.2.$1,10.1.2.$2,2m" --dhcp-option=option:router,"$3" --dhcp-option=option:T1,3 \
    --dhcp-leasefile="$BATS_TEST_TMPDIR/leases" --log-facility="$BATS_TEST_TMPDIR/dnsmasq.log" \
    --pid-file="$BATS_TEST_TMPDIR/dnsmasq" "${@:4}" 3>&-
}

# The server forgets its leases, so that the client's own address is refused if it is not in the range.
serve_otherwise() {
  kill -KILL "$(< "$BATS_TEST_TMPDIR/dnsmasq")"
  rm "$BATS_TEST_TMPDIR/leases"
  serve_dhcp "$@"
}

address() {
  on_host ip -j -4 address show dev eth1 scope global | jq -r 'first(.[].addr_info[].local) // empty'
}

#   is_routed FIRST LAST ROUTER
is_routed() {
  local address number
  address=$(address)
  number=${address##*.}
  [[ -n $address ]] && ((number >= $1 && number <= $2)) &&
    [[ $(way_from "$address") == eth1 && $(print_table "$address") == *"default via $3 dev eth1"* ]]
}
