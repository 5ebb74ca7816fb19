#!/usr/bin/env bats
# install.sh --uninstall: out of the kernel, then out of /etc, and not a bit more.

# The inner shells expand what is in single quotes, bats runs each test in a subshell, and run sets stderr.
# shellcheck disable=SC2016,SC2030,SC2031,SC2154

load host

setup() {
  copy_tree
  make_host
}

@test 'removes what was installed and nothing else' {
  touch "$HOST/network/if-up.d/another" "$HOST/network/if-up.d/.mptcp_up.mine"
  mkdir -p "$HOST"/share/{doc,man/man{5,8}} "$HOST/lib/systemd/system" "$HOST/etc/systemd/system/multi-user.target.wants"
  touch "$HOST/share/man/man8/other.8"
  local before
  before=$(print_files "$HOST")
  install
  run --separate-stderr install --uninstall
  expect_status 0
  expect_silence "$stderr"
  expect_text "$output" "Removed $UP" "Removed $DOWN" 'Removed /usr/sbin/mptcp-routes'
  expect_equal "$(print_files "$HOST")" "$before"
}

@test 'twice is once' {
  install
  install --uninstall
  run --separate-stderr install --uninstall
  expect_status 0
  expect_text "$output" 'nothing to remove'
}

@test 'does not need dist/' {
  install
  rm -r "$TREE/dist"
  run install --uninstall
  expect_status 0
  expect_silence "$(find "$HOST/network" -name 'mptcp_*')"
}

@test 'removes the one hook that is there' {
  install
  rm "$HOST/network/if-post-down.d/mptcp_down"
  run install --uninstall
  expect_status 0
  expect_silence "$(find "$HOST/network" -name 'mptcp_*')"
}

# Two uplinks in both families, a rule that no device carries any more, and what other programs made.
build_kernel_state='
print_state() {
  ip -N rule show; ip -N -6 rule show
  ip -N -o route show table all; ip -N -6 -o route show table all
  ip -N -o link show | sed "s/qlen.*//"
  ip mptcp endpoint show
}
for number in 0 1; do
  ip link add eth$number up type veth peer name customer$number
  ip link set customer$number up
  sysctl -qw net.ipv6.conf.eth$number.accept_dad=0
  ip address add 10.1.$number.2/24 dev eth$number
  ip address add 2001:db8:$number::2/64 dev eth$number nodad
done
ip rule add from 10.1.0.2 lookup 5 priority 100 protocol static
ip route add 192.0.2.0/24 dev eth0 table 5
ip mptcp endpoint add 10.9.9.9 subflow
sleep 2
before=$(print_state)
'

configure='
IFACE=eth0 IF_GATEWAYS="10.1.0.1 2001:db8:0::1" /etc/network/if-up.d/mptcp_up
IFACE=eth1 ADDRFAM=inet,inet6 IF_GATEWAYS="10.1.1.1 2001:db8:1::1" IF_MPTCP_METRIC=500 /etc/network/if-up.d/mptcp_up
[ "$(ip -N rule show | grep -c "proto 77")" -eq 4 ]
[ "$(ip -N -6 rule show | grep -c "proto 77")" -eq 4 ]
'

@test 'takes down what the hooks made in the running kernel, and nothing of others' {
  run --separate-stderr on_host bash -e <<END
"\$TREE/install.sh" >/dev/null
$build_kernel_state
$configure
"\$TREE/install.sh" --uninstall
diff <(echo "\$before") <(print_state)
[ ! -e /run/mptcp-routes ]
END
  expect_status 0
  expect_silence "$stderr"
  expect_text "$output" 'Removed'
}

@test 'devices with odd names, and a configuration that nobody can read' {
  run --separate-stderr on_host bash -e <<'END'
"$TREE/install.sh" >/dev/null
echo '[eth0' >/etc/mptcp-routes.conf
for name in "it's" 'ü"x' -dash '$HOME' '*'; do
  number=$((number + 1))
  ip link add name "$name" type veth peer name far$number
  ip link set dev "$name" up
  ip link set far$number up
  ip address add 10.1.$number.2/24 dev "$name"
  IFACE=$name IF_GATEWAY=10.1.$number.1 /etc/network/if-up.d/mptcp_up
done
[ "$(ip -N rule show | grep -c "proto 77")" -eq 10 ]
"$TREE/install.sh" --uninstall
ip -N rule show
ip -N route show table all
ip -N -o link show group 77
ip mptcp endpoint
END
  expect_status 0
  expect_silence "$stderr"
  expect_no_text "$output" 'proto 77' 'group 77' subflow
}

# An ifup in the middle would else put back what has just been taken out.
@test 'the hooks go before the state of the kernel' {
  run --separate-stderr on_host bash -e <<END
"\$TREE/install.sh" >/dev/null
$build_kernel_state
$configure
printf '#!/bin/sh\nls /etc/network/if-up.d >>/run/seen\nexec %s "\$@"\n' "\$(command -v ip)" > /usr/local/bin/ip
chmod 755 /usr/local/bin/ip
"\$TREE/install.sh" --uninstall
ls /run/seen
grep -c . /run/seen || true
END
  expect_status 0
  expect_equal "$(tail -n 1 <<<"$output")" 0
}

@test 'takes down what no device carries any more' {
  run --separate-stderr on_host bash -e <<END
"\$TREE/install.sh" >/dev/null
$build_kernel_state
IFACE=eth0 IF_GATEWAY=10.1.0.1 /etc/network/if-up.d/mptcp_up
ip link delete eth0
ip -N rule show | grep 'proto 77' >/dev/null
"\$TREE/install.sh" --uninstall
ip -N rule show
ip mptcp endpoint
END
  expect_status 0
  expect_no_text "$output" 'proto 77' '10.1.0.2 id'
  expect_text "$output" '10.9.9.9'
}

@test 'DESTDIR: the running kernel is left alone' {
  run --separate-stderr on_host bash -e <<END
"\$TREE/install.sh" >/dev/null
DESTDIR=/run/dest "\$TREE/install.sh" >/dev/null
$build_kernel_state
$configure
during=\$(print_state)
DESTDIR=/run/dest "\$TREE/install.sh" --uninstall
find /run/dest -type f
diff <(echo "\$during") <(print_state)
END
  expect_status 0
  expect_equal "$(head -n 4 <<<"$output")" "\
Removed /run/dest$UP
Removed /run/dest$LEAVE
Removed /run/dest$DOWN
Removed /run/dest/usr/sbin/mptcp-routes"
  expect_installed
}

@test 'where the kernel cannot be cleaned, nothing is removed' {
  run --separate-stderr on_host bash -e <<END
"\$TREE/install.sh" >/dev/null
$build_kernel_state
$configure
for node in \$(type -ap node); do
  mount --bind /dev/null "\$node"
done
"\$TREE/install.sh" --uninstall
END
  expect_status 1
  expect_text "$stderr" 'cannot be taken out, so nothing is removed' 'apt-get install nodejs' 'back in their places'
  expect_installed
}

@test 'where /etc is read-only, the kernel is left alone too' {
  run --separate-stderr on_host bash -e <<END
"\$TREE/install.sh" >/dev/null
$build_kernel_state
$configure
during=\$(print_state)
mount -o remount,bind,ro /etc/network
"\$TREE/install.sh" --uninstall || status=\$?
diff <(echo "\$during") <(print_state) && exit "\$status"
exit 3
END
  expect_status 1
  expect_text "$stderr" 'Read-only file system'
}
