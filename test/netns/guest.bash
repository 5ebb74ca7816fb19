#!/usr/bin/env bash
# A guest behind a bridge of the host, published at each of the host's addresses as Docker publishes a container's port.
#
#   guest 172.30.0.2, fd00:30::2 ── br0 172.30.0.1, fd00:30::1 ── host
#
# Both providers ask from the same address, and neither has a way back for the other: an answer proves that it left by the
# uplink that the request came in by.

GUEST=${BASH_SOURCE[0]%/*}/guest.mjs

# shellcheck disable=SC2034 # for the .bats files
DOCKER4='table ip nat {
	chain PREROUTING {
		type nat hook prerouting priority dstnat; policy accept;
		fib daddr type local counter jump DOCKER
	}

	chain DOCKER {
		iifname "br0" counter return
		tcp dport 8080 counter dnat to 172.30.0.2:80
		udp dport 5353 counter dnat to 172.30.0.2:53
	}

	chain POSTROUTING {
		type nat hook postrouting priority srcnat; policy accept;
		ip saddr 172.30.0.0/24 oifname != "br0" counter masquerade
	}
}'

build_guest() {
  local guest=$HOST-guest
  add_namespace "$guest"
  on_host sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1 \
    net.ipv4.conf.{all,default,eth0,eth1}.rp_filter=1 net.ipv4.conf.all.src_valid_mark=1
  on_host ip link add br0 type bridge
  on_host ip link add port0 type veth peer name eth0 netns "$guest"
  on_host ip link set port0 master br0 up
  on_host ip link set br0 up
  on_host ip address add 172.30.0.1/24 dev br0
  on_host ip address add fd00:30::1/64 dev br0
  inside "$guest" ip link set eth0 up
  inside "$guest" ip address add 172.30.0.2/24 dev eth0
  inside "$guest" ip address add fd00:30::2/64 dev eth0
  inside "$guest" ip route add default via 172.30.0.1
  inside "$guest" ip route add default via fd00:30::1
  publish_guest
  inside "$guest" node "$GUEST" serve "$BATS_TEST_TMPDIR/serves" 3>&- &
  wait_until test -e "$BATS_TEST_TMPDIR/serves"
}

# Without counters in the comparison: they count what the test does.
publish_guest() {
  on_host nft -f - <<END
$DOCKER4
$(sed 's/table ip/table ip6/; s/ip saddr 172.30.0.0\/24/ip6 saddr fd00:30::\/64/; s/172.30.0.2/[fd00:30::2]/' <<< "$DOCKER4")
END
}

# Tables as libvirt and Docker make them for filtering, with marks of their own, which nobody is to touch.
add_tables_of_others() {
  on_host nft -f - <<'END'
table ip filter {
	chain FORWARD {
		type filter hook forward priority filter; policy accept;
		counter jump DOCKER-USER
	}
	chain DOCKER-USER {
		oifname "br0" ct state related,established counter accept
	}
}
table inet libvirt_network {
	chain forward {
		type filter hook forward priority filter; policy accept;
		oif "br0" counter accept
	}
}
table inet marks {
	chain prerouting {
		type filter hook prerouting priority mangle; policy accept;
		ct state new ct mark set ct mark | 0xca6c
		meta mark set meta mark | 0x40000
	}
	chain forward {
		type filter hook forward priority filter; policy accept;
		ct mark & 0x80ffffff == 0xca6c meta mark & 0x80ffffff == 0x40000 counter comment "whole"
		counter comment "all"
	}
}
END
}

# The ruleset of others, without what counts.
print_tables_of_others() {
  on_host nft list ruleset |
    awk '/^table inet mptcp_routes/ { ours = 1 } !ours { print } /^}/ { ours = 0 }' |
    sed -E 's/ packets [0-9]+ bytes [0-9]+//'
}

print_our_nft_table() {
  on_host nft list table inet mptcp_routes
}

has_no_nft_table() {
  ! on_host nft list tables | grep -q mptcp_routes
}

# How many of so many requests, from the one address that both providers have, are answered.
#   ask 0 tcp 10.1.1.2 [COUNT]
ask() {
  local port=8080
  [[ $2 == tcp ]] || port=5353
  at_provider "$1" node "$GUEST" ask "$(server_of_family "$3")" "$2" "$3" "$port" "${4:-1}"
}

#   expect_answers 10.1.1.2 2001:db8:1::2 …       each over TCP and UDP, by the provider that the address tells
expect_answers() {
  expect_count 1 "$@"
}

expect_no_answers() {
  expect_count 0 "$@"
}

expect_count() {
  local address protocol asking=()
  for address in "${@:2}"; do
    for protocol in tcp udp; do
      ask "$(provider_of "$address")" "$protocol" "$address" > "$BATS_TEST_TMPDIR/$protocol-$address" 3>&- &
      asking+=($!)
    done
  done
  wait "${asking[@]}"
  for address in "${@:2}"; do
    for protocol in tcp udp; do
      expect_equal "$protocol $address $(cat "$BATS_TEST_TMPDIR/$protocol-$address")" "$protocol $address $1"
    done
  done
}

provider_of() {
  case $1 in
    10.1.1.* | 2001:db8:1:*) echo 0 ;;
    *) echo 1 ;;
  esac
}
