#!/usr/bin/env bats
# install.sh and the service: put in for what the host starts services with, started, stopped and taken out.

# The inner shells expand what is in single quotes, bats runs each test in a subshell, and run sets stderr.
# shellcheck disable=SC2016,SC2030,SC2031,SC2154

load host

setup() {
  copy_tree
  make_host
}

UNIT=lib/systemd/system/mptcp-routes.service
WANTED=etc/systemd/system/multi-user.target.wants/mptcp-routes.service

# A stand-in: systemd itself takes a machine of its own. Its words go to $HOST/asked; it says that the service runs where
# $HOST/runs is there.
#   with_systemd COMMAND...
with_systemd() {
  stand_in systemctl <<END
#!/bin/sh
echo "\$*" >> "$HOST/asked"
case \$1 in
  status) [ -e "$HOST/runs" ] ;;
  start | restart) touch "$HOST/runs" ;;
  stop) rm "$HOST/runs" ;;
esac
END
  rm -f "$HOST/asked"
  on_host bash -ec 'mkdir -p /run/systemd/system; exec "$@"' with_systemd "$@"
}

@test 'systemd that does not run: the unit is enabled, as systemctl would do it' {
  make_installed_host
  cmp "$TREE/doors/service/mptcp-routes.service" "$HOST/$UNIT"
  expect_equal "$(stat -c %a "$HOST/$UNIT")" 644
  local ours
  ours=$(readlink "$HOST/$WANTED")
  on_host bash -ec 'rm "$HOST/$0"; systemctl --quiet enable mptcp-routes' "$WANTED"
  expect_equal "$(readlink "$HOST/$WANTED")" "$ours"
}

@test 'systemd: started with the first installation' {
  with_systemd "$TREE/install.sh"
  expect_equal "$(<"$HOST/asked")" $'daemon-reload\nrestart mptcp-routes'
}

@test 'systemd: an upgrade starts it again where it runs, and leaves to its admin whether it does' {
  with_systemd "$TREE/install.sh"
  sed -i '$a // older' "$HOST/sbin/mptcp-routes"
  with_systemd "$TREE/install.sh"
  expect_text "$(<"$HOST/asked")" 'restart mptcp-routes'
  rm "$HOST/$WANTED" "$HOST/runs"
  sed -i '$a // older' "$HOST/sbin/mptcp-routes"
  with_systemd "$TREE/install.sh"
  expect_no_text "$(<"$HOST/asked")" start
  [[ ! -L $HOST/$WANTED ]]
}

@test 'systemd: a service that does not start is told, and all is installed' {
  stand_in systemctl <<<$'#!/bin/sh\n[ "$1" = daemon-reload ]'
  run --separate-stderr on_host bash -ec 'mkdir -p /run/systemd/system; exec "$TREE/install.sh"'
  expect_status 0
  expect_text "$output" 'Note: the service does not start' 'mptcp-routes check'
  expect_installed
}

@test 'systemd: removal stops it before the hooks go, and the hooks before the kernel is flushed' {
  with_systemd "$TREE/install.sh"
  stand_in ip <<END
#!/bin/sh
[ -e $UP ] || echo flush >> "$HOST/asked"
exec $(command -v ip) "\$@"
END
  with_systemd "$TREE/install.sh" --uninstall
  expect_equal "$(uniq "$HOST/asked")" $'daemon-reload\nstatus mptcp-routes\ndaemon-reload\nstop mptcp-routes\nflush\ndaemon-reload'
  [[ ! -e $HOST/$UNIT && ! -L $HOST/$WANTED ]]
}

@test 'systemd: where the kernel cannot be flushed, the service comes back too' {
  with_systemd "$TREE/install.sh"
  stand_in node <<<$'#!/bin/sh\nexit 1'
  local enabled
  for enabled in yes no; do
    [[ $enabled == yes ]] || rm "$HOST/$WANTED"
    run --separate-stderr with_systemd bash -c 'ip rule add from 10.9.9.9 lookup 99 protocol 77; exec "$TREE/install.sh" --uninstall'
    expect_status 1
    expect_text "$stderr" 'so the files stay' 'back in their places'
    expect_text "$(tail -n 1 "$HOST/asked")" 'start mptcp-routes'
    [[ -e $HOST/$UNIT ]]
    expect_equal "$([[ -L $HOST/$WANTED ]] && echo yes || echo no)" "$enabled"
    expect_installed
  done
}

@test 'systemd: after a removal that was killed, an installation starts it again' {
  with_systemd "$TREE/install.sh"
  rm "$HOST/network/if-up.d/mptcp_up" "$HOST/runs"
  with_systemd "$TREE/install.sh"
  expect_text "$(<"$HOST/asked")" 'restart mptcp-routes'
  [[ -L $HOST/$WANTED ]]
}

@test 'what another system of services has left behind goes too' {
  make_installed_host
  ln -sf /bin/true "$HOST/sbin/openrc-run"
  rm "$HOST/sbin/init"
  install --uninstall
  [[ ! -e $HOST/$UNIT && ! -L $HOST/$WANTED ]]
}

@test '--without service leaves it out, and takes it out' {
  install --without service
  expect_installed
  [[ ! -e $HOST/$UNIT && ! -L $HOST/$WANTED ]]
  with_systemd "$TREE/install.sh"
  [[ ! -e $HOST/$UNIT && ! -L $HOST/$WANTED ]]
  with_systemd "$TREE/install.sh" --without none
  [[ -e $HOST/$UNIT && -L $HOST/$WANTED ]]
  with_systemd "$TREE/install.sh" --without=service
  expect_text "$(<"$HOST/asked")" 'stop mptcp-routes'
  expect_installed
  [[ ! -e $HOST/$UNIT && ! -L $HOST/$WANTED ]]
}

@test 'OpenRC (a stand-in): script and link into its default level' {
  ln -s /bin/true "$HOST/sbin/openrc-run"
  install
  cmp "$TREE/doors/service/mptcp-routes.openrc" "$HOST/etc/init.d/mptcp-routes"
  expect_equal "$(readlink "$HOST/etc/runlevels/default/mptcp-routes")" /etc/init.d/mptcp-routes
  install --uninstall
  expect_silence "$(find "$HOST/etc" -name mptcp-routes)"
}

@test 'sysvinit: script and links into its levels' {
  rm "$HOST/sbin/init"
  install
  cmp "$TREE/doors/service/mptcp-routes.init" "$HOST/etc/init.d/mptcp-routes"
  expect_equal "$(stat -c %a "$HOST/etc/init.d/mptcp-routes")" 755
  compgen -G "$HOST/etc/rc2.d/S??mptcp-routes" >&2
  install --uninstall
  expect_silence "$(find "$HOST/etc" -name '*mptcp-routes')"
}

@test 'DESTDIR: for what is in there, and never started' {
  local dest=$BATS_TEST_TMPDIR/dest
  mkdir -p "$dest/sbin"
  ln -s /lib/systemd/systemd "$dest/sbin/init"
  with_systemd env DESTDIR="$dest" "$TREE/install.sh"
  [[ ! -e $HOST/asked ]]
  [[ -e $dest/usr/local/$UNIT ]]
  expect_equal "$(readlink "$dest/$WANTED")" "/usr/local/$UNIT"
  DESTDIR=$dest "$TREE/install.sh" --uninstall
  expect_silence "$(find "$dest" -name '*mptcp-routes*')"
}
