#!/bin/sh
':' /* # A shell reads from here to the end of this comment, Node reads only what follows it.
# ifup starts every hook for every stanza: the runs that have nothing to do end here, before Node starts.
if [ $# -eq 0 ]; then
  case ${IFACE-} in '' | lo | lo:* | --all) exit 0 ;; esac
  case ${METHOD-} in loopback) exit 0 ;; esac
  case ${ADDRFAM-} in '' | inet | inet6 | *,*) ;; *) exit 0 ;; esac
  case ${IF_MPTCP-} in off) exit 0 ;; esac
fi
if ! command -v node >/dev/null; then
  echo "$(basename "$0"): ${IFACE-}: node is not installed: apt-get install nodejs" >&2
  # A failing hook makes ifupdown forget the interface, so only a run by hand or a strict stanza fails.
  [ -n "${PHASE+set}" ] && [ "${IF_MPTCP_STRICT-}" != yes ]
  exit
fi
exec node "$0" "$@"
*/
