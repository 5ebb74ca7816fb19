# netifrc's module for uplinks: /lib/netifrc/net/mptcp.sh, or where its other modules are
# shellcheck shell=sh disable=SC2154,SC3043 # netifrc sets IFACE and IFVAR; it asks of a shell that it has `local`
#
# In /etc/conf.d/net, for each interface that is an uplink, what the options of an iface stanza would say:
#   mptcp_eth0="on"
#   mptcp_gateway_eth1="10.1.2.1"
# and mptcp_table_, mptcp_priority_, mptcp_endpoint_, mptcp_main_routes_, mptcp_metric_, mptcp_strict_.

_mptcp_options="gateway table priority endpoint main_routes metric strict"
# netifrc fills them from those of a wireless network or a profile.
_config_vars="$_config_vars mptcp mptcp_gateway mptcp_table mptcp_priority mptcp_endpoint mptcp_main_routes"
_config_vars="$_config_vars mptcp_metric mptcp_strict"

mptcp_depend() {
  after interface dhcp
}

# A module runs for every interface: by its variables, or by a record of it, this one knows its own.
_mptcp_is_asked() {
  local option value record
  eval "value=\${mptcp_${IFVAR}-}"
  for option in $_mptcp_options; do
    eval "value=\$value\${mptcp_${option}_${IFVAR}-}"
  done
  [ -z "$value" ] || return 0
  for record in /run/mptcp-routes/*/inet*,"$IFACE"[,:]*; do
    [ ! -e "$record" ] || return 0
  done
  return 1
}

# The hook is where a package has it, or where ifupdown looks.
#   _mptcp_run if-up.d/mptcp_up [NAME=VALUE...]
_mptcp_run() {
  local hook="/usr/lib/ifupdown-mptcp/${1#*/}"
  [ -x "$hook" ] || hook="/etc/network/$1"
  if [ ! -x "$hook" ]; then
    case $1 in if-up.d/*) ewarn "ifupdown-mptcp is gone: install it again, or remove netifrc's module mptcp.sh" ;; esac
    return 0
  fi
  shift
  env PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin MPTCP_DOOR=netifrc IFACE="$IFACE" "$@" \
    "$hook" >/dev/null </dev/null
}

# Of the words of mptcp_gateway_eth1, as netifrc has one service for both families.
#   _mptcp_gateway_of inet6
_mptcp_gateway_of() {
  local words word
  eval "words=\${mptcp_gateway_${IFVAR}-}"
  for word in $words; do
    case $1:$word in
      *:none | inet6:*:*) echo "$word" ;;
      *:*:*) ;;
      inet:*) echo "$word" ;;
    esac
  done
}

# netifrc takes a status other than 0 for a service that has failed: only where the interface is to be strict.
mptcp_post_start() {
  local family option value strict status=0
  _mptcp_is_asked || return 0
  for family in inet inet6; do
    eval "value=\${mptcp_${IFVAR}-}"
    set -- ADDRFAM="$family" IF_MPTCP="$value"
    for option in $_mptcp_options; do
      eval "value=\${mptcp_${option}_${IFVAR}-}"
      [ "$option" != gateway ] || value=$(_mptcp_gateway_of "$family")
      set -- "$@" "IF_MPTCP_$(echo "$option" | tr '[:lower:]' '[:upper:]')=$value"
    done
    _mptcp_run if-up.d/mptcp_up "$@" || status=$?
  done
  eval "strict=\${mptcp_strict_${IFVAR}-}"
  [ "$strict" != yes ] || return "$status"
}

# While the addresses still stand, so that the other end of each connection is told.
mptcp_pre_stop() {
  _mptcp_is_asked || return 0
  _mptcp_run if-down.d/mptcp_down PHASE=pre-down || true
}

mptcp_post_stop() {
  _mptcp_is_asked || return 0
  _mptcp_run if-post-down.d/mptcp_down || true
}
