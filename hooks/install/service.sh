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

# The links that `systemctl enable` and `rc-update add` would make, in DESTDIR too.
#   enable_service defaults|remove
enable_service() {
  case $init in
    systemd) link=/etc/systemd/system/multi-user.target.wants/mptcp-routes.service ;;
    openrc) link=/etc/runlevels/default/mptcp-routes ;;
    sysvinit)
      DPKG_ROOT=$root update-rc.d -f mptcp-routes "$1" >/dev/null
      return
      ;;
  esac
  rm -f "$root$link"
  [ "$1" = remove ] || { mkdir -p "$root${link%/*}" && ln -s "$(service_target)" "$root$link"; }
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

#   control_service start|stop|restart|status     says nothing: each has a log for that
control_service() {
  case $init in
    systemd) systemctl daemon-reload && systemctl "$1" mptcp-routes ;;
    openrc) rc-service mptcp-routes "$1" ;;
    sysvinit) /etc/init.d/mptcp-routes "$1" ;;
  esac >/dev/null 2>&1 </dev/null
}

# One that is new is on. Of one that was there, its admin has decided.
#   start_service yes|''     whether it was there
start_service() {
  if ! has_service; then
    forget_service
    return
  fi
  [ -n "$1" ] || enable_service defaults || say 'Note: the service could not be enabled.'
  is_init_running || return 0
  if [ -z "$1" ] || control_service status; then
    control_service restart || say 'Note: the service does not start, see: mptcp-routes check'
  fi
}

# Before its file goes.
take_service_out() {
  has_service || return 0
  if is_init_running && control_service status; then
    stopped=yes
    control_service stop
  fi
  enable_service remove
}

# After its file has gone.
forget_service() {
  ! is_init_running || [ "$init" != systemd ] || systemctl daemon-reload
}
