# shellcheck shell=sh
# The service for install.sh: `mptcp-routes watch`, kept by what starts services on this host.

# systemd, openrc, sysvinit, or nothing that is known.
name_init() {
  if [ -d "$root/run/systemd/system" ]; then
    say systemd
  elif [ -x "$root/sbin/openrc-run" ]; then
    say openrc
  else
    case $(readlink "$root/sbin/init") in
      *systemd) say systemd ;;
      *) [ ! -e "$root/lib/lsb/init-functions" ] || say sysvinit ;;
    esac
  fi
}

# systemd has a place for what an admin installs, where no package and no unit of his own lies.
service_target() {
  case $init in
    systemd) say /usr/local/lib/systemd/system/mptcp-routes.service ;;
    openrc | sysvinit) say /etc/init.d/mptcp-routes ;;
  esac
}

# PART SOURCE TARGET
list_service() {
  case $init in
    systemd) say "service doors/service/mptcp-routes.service $(service_target)" ;;
    openrc) say "service doors/service/mptcp-routes.openrc $(service_target)" ;;
    sysvinit) say "service doors/service/mptcp-routes.init $(service_target)" ;;
  esac
}

has_service() { [ -n "$init" ] && [ -e "$root$(service_target)" ]; }

# Where `systemctl enable` and `rc-update add` link to it, in DESTDIR too.
service_link() {
  case $init in
    systemd) say /etc/systemd/system/multi-user.target.wants/mptcp-routes.service ;;
    openrc) say /etc/runlevels/default/mptcp-routes ;;
  esac
}

enable_service() {
  if [ "$init" = sysvinit ]; then
    DPKG_ROOT=$root update-rc.d -f mptcp-routes defaults >/dev/null
    return
  fi
  link=$root$(service_link)
  make_directory "${link%/*}"
  ln -sf "$(service_target)" "$link"
}

is_enabled() {
  case $init in
    sysvinit) [ -n "$(find "$root"/etc/rc[2-5].d -name 'S??mptcp-routes' 2>/dev/null)" ] ;;
    *) [ -L "$root$(service_link)" ] ;;
  esac
}

is_init_running() {
  [ -z "$root" ] || return 1
  case $init in
    systemd) [ -d /run/systemd/system ] ;;
    openrc) [ -d /run/openrc ] ;;
    sysvinit) [ "$(cat /proc/1/comm)" = init ] ;;
    *) false ;;
  esac
}

# It says nothing, as each has a log for that, and hands no lock on to what it starts (descriptor 9).
#   control_service start|stop|restart|status
control_service() {
  case $init in
    systemd) systemctl daemon-reload && systemctl "$1" mptcp-routes ;;
    openrc) rc-service mptcp-routes "$1" ;;
    sysvinit) /etc/init.d/mptcp-routes "$1" ;;
  esac >/dev/null 2>&1 </dev/null 9<&-
}

# `yes` where there is one, and `halted` where an --uninstall that was killed has stopped it.
service_before() {
  has_service || return 0
  if [ ! -e "$root$up" ] && is_enabled; then
    say halted
  else
    say yes
  fi
}

# One that is new is on. Of one that was there, its admin has decided.
#   start_service yes|halted|''     as service_before has it
start_service() {
  if ! has_service; then
    forget_service
    return
  fi
  remove_links
  [ -n "$1" ] || enable_service || say 'Note: the service could not be enabled.'
  is_init_running || return 0
  if [ "$1" != yes ] || control_service status; then
    control_service restart || say 'Note: the service does not start, see: mptcp-routes check'
  fi
}

# Before its file goes. Whether it is enabled stays as it is until the file has gone: there may be a way back.
stop_service() {
  if has_service && is_init_running && control_service status; then
    stopped=yes
    control_service stop
  fi
}

# After its file has gone.
forget_service() {
  remove_links
  ! is_init_running || [ "$init" != systemd ] || systemctl daemon-reload
}

# Of whatever starts services, as that may have changed: links to a file of ours that has gone.
remove_links() {
  for link in etc/systemd/system/multi-user.target.wants/mptcp-routes.service etc/runlevels/default/mptcp-routes; do
    target=$(readlink "$root/$link") || continue
    case $target in
      /usr/local/lib/systemd/system/mptcp-routes.service | /etc/init.d/mptcp-routes)
        [ -e "$root$target" ] || rm -f "$root/$link"
        ;;
    esac
  done
  if [ ! -e "$root/etc/init.d/mptcp-routes" ] && [ -n "$(find "$root"/etc/rc?.d -name '[SK]??mptcp-routes' 2>/dev/null)" ]; then
    DPKG_ROOT=$root update-rc.d -f mptcp-routes remove >/dev/null || true
  fi
}
