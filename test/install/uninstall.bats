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
  mkdir -p "$HOST/share/man/man8"
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
  make_installed_host
  install --uninstall
  run --separate-stderr install --uninstall
  expect_status 0
  expect_text "$output" 'nothing to remove'
}

@test 'does not need dist/' {
  make_installed_host
  rm -r "$TREE/dist"
  run install --uninstall
  expect_status 0
  expect_silence "$(find "$HOST/network" -name 'mptcp_*')"
}

@test 'removes the one hook that is there' {
  make_installed_host
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
[ "$(ip -N rule show | grep -c "proto 77")" -eq 6 ]
[ "$(ip -N -6 rule show | grep -c "proto 77")" -eq 6 ]
'

@test 'takes down what the hooks made in the running kernel, and nothing of others' {
  make_installed_host
  run --separate-stderr on_host bash -e <<END
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
  make_installed_host
  run --separate-stderr on_host bash -e <<'END'
echo '[eth0' >/etc/mptcp-routes.conf
for name in "it's" 'ü"x' -dash '$HOME' '*'; do
  number=$((number + 1))
  ip link add name "$name" type veth peer name far$number
  ip link set dev "$name" up
  ip link set far$number up
  ip address add 10.1.$number.2/24 dev "$name"
  IFACE=$name IF_GATEWAY=10.1.$number.1 /etc/network/if-up.d/mptcp_up
done
[ "$(ip -N rule show | grep -c "proto 77")" -eq 15 ]
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
  make_installed_host
  run --separate-stderr on_host bash -e <<END
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
  make_installed_host
  run --separate-stderr on_host bash -e <<END
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
  make_installed_host
  run --separate-stderr on_host bash -e <<END
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
  make_installed_host
  run --separate-stderr on_host bash -e <<END
$build_kernel_state
$configure
for node in \$(type -ap node); do
  mount --bind /dev/null "\$node"
done
"\$TREE/install.sh" --uninstall
END
  expect_status 1
  expect_text "$stderr" 'could be taken out of the kernel, so the files stay' 'apt-get install nodejs' 'back in their places'
  expect_installed
}

@test 'where /etc is read-only, the kernel is left alone too' {
  make_installed_host
  run --separate-stderr on_host bash -e <<END
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

@test 'where nothing of ours is in the kernel, no Node is needed' {
  make_installed_host
  run --separate-stderr without node "$TREE/install.sh" --uninstall
  expect_status 0
  expect_silence "$stderr" "$(find "$HOST/network" "$HOST/sbin" -name 'mptcp*')"
}

# Cut in half, Node may run what is there to its end.
@test 'a tool that says it is done and has done nothing' {
  make_installed_host
  run --separate-stderr on_host bash -e <<END
$build_kernel_state
$configure
printf '#!/bin/sh\n' >/usr/sbin/mptcp-routes
"\$TREE/install.sh" --uninstall
END
  expect_status 1
  expect_text "$stderr" 'so the files stay' 'still there' 'back in their places'
  [[ -e $HOST/network/if-up.d/mptcp_up ]]
}

@test 'what the kernel refuses in part comes back whole' {
  make_installed_host
  run --separate-stderr on_host bash -e <<END
$build_kernel_state
$configure
during=\$(print_state)
cat >/usr/local/bin/ip <<'STANDIN'
#!/bin/sh
[ ! -e $UP ] || exec $(command -v ip) "\$@"
case "\$*" in
  *-batch*) sed 's/^rule del.* 10.1.1.2 .*lookup [0-9].*/rule delete from 10.1.1.2 lookup bogus/' | exec $(command -v ip) "\$@" ;;
  *) exec $(command -v ip) "\$@" ;;
esac
STANDIN
chmod 755 /usr/local/bin/ip
"\$TREE/install.sh" --uninstall || status=\$?
diff <(sort <<<"\$during") <(print_state | sort) >&2
exit "\$status"
END
  expect_status 1
  expect_text "$stderr" 'so the files stay' 'bogus' 'back in their places'
  expect_no_text "$stderr" 'what the flush has left' 'proto 77'
  expect_installed
}

@test 'a watcher that somebody has started by hand' {
  make_installed_host
  run --separate-stderr on_host bash -e <<'END'
mptcp-routes watch 2>/dev/null &
until inode=$(stat -c %i /run/mptcp-routes/*.watch) && grep -q ":$inode " /proc/locks; do sleep 0.1; done 2>/dev/null
echo "process $!)"
"$TREE/install.sh" --uninstall || echo refused
kill $!
wait
"$TREE/install.sh" --uninstall
END
  expect_status 0
  expect_text "$output" refused Removed
  expect_text "$stderr" '"mptcp-routes watch" runs' "$(head -n 1 <<<"$output")" 'nothing was changed'
}

# Long detection, so that the hook is sure to wait.
@test 'a hook that has begun is awaited' {
  make_installed_host
  run --separate-stderr on_host bash -e <<'END'
ip link add eth0 up type veth peer name customer0
ip link set customer0 up
sysctl -qw net.ipv6.conf.eth0.dad_transmits=4
ip address add 2001:db8::2/64 dev eth0
PHASE=post-up IFACE=eth0 IF_GATEWAY=2001:db8::1 ADDRFAM=inet6 IF_ADDRESS=2001:db8::2 IF_NETMASK=64 /etc/network/if-up.d/mptcp_up &
until grep -qszx /etc/network/if-up.d/mptcp_up /proc/$!/cmdline; do sleep 0.05; done
[ -z "$(ip -N -6 rule show | grep 'proto 77')" ]
"$TREE/install.sh" --uninstall
wait
ip -N -6 rule show
END
  expect_status 0
  expect_no_text "$output" 'proto 77'
}

@test 'what uplinks have left beside the records goes too: marks, deaths, names, locks' {
  make_installed_host
  run on_host bash -e <<END
$build_kernel_state
IFACE=eth0 IF_GATEWAY=10.1.0.1 IF_MPTCP_FORWARD=yes /etc/network/if-up.d/mptcp_up
names=\$(echo /run/mptcp-routes/*.marks)
[ -e "\$names" ]
echo '{}' >"\${names%.marks}.dead"
echo '[]' >"\${names%.marks}.named"
"\$TREE/install.sh" --uninstall >/dev/null
diff <(echo "\$before") <(print_state)
! nft list table inet mptcp_routes
ls /run/mptcp-routes || echo gone
END
  expect_status 0
  expect_equal "$(tail -n 1 <<<"$output")" gone
}

@test 'records of other network namespaces, which may share /run, stay' {
  make_installed_host
  run on_host bash -e <<'END'
mkdir -p /run/mptcp-routes/4-1
"$TREE/install.sh" --uninstall >/dev/null
ls /run/mptcp-routes
END
  expect_status 0
  expect_equal "$output" 4-1
}

@test 'killed when the hooks had gone, it leaves nothing that stays' {
  local option
  for option in '' --uninstall; do
    make_installed_host
    run on_host bash -e <<END
printf '#!/bin/sh\nread -r victim </run/victim; kill -KILL "\$victim"\n' >/run/tool
mount --bind /run/tool /usr/sbin/mptcp-routes
bash -c 'echo \$\$ >/run/victim; exec "\$TREE/install.sh" --uninstall' || true
umount /usr/sbin/mptcp-routes
[ ! -e $UP ]
find /etc/network -name '.*'
"\$TREE/install.sh" $option >/dev/null
find /etc/network -name '.*'
"\$TREE/install.sh" --uninstall >/dev/null
END
    expect_status 0
    expect_equal "$(grep -c install- <<<"$output")" 3
  done
}
