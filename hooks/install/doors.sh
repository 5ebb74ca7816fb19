# shellcheck shell=sh
# The doors for install.sh: which file goes to which manager of this host, and which are left out.

# What --without names.
doors='dhclient dhcpcd udhcpc pppd networkmanager netifrc ifupdown-ng service'

# Nothing is made for a manager that is not here.
#   list_door PART SOURCE TARGET...     for the first that has a directory
list_door() (
  part=$1
  source=$2
  shift 2
  for target; do
    [ -d "$root${target%/*}" ] || continue
    say "$part doors/$source $target"
    break
  done
)

# PART SOURCE TARGET a line.
list_doors() {
  list_door dhclient dhclient/zz-mptcp /etc/dhcp/dhclient-exit-hooks.d/zz-mptcp
  list_door dhcpcd dhcpcd/70-mptcp /usr/lib/dhcpcd/dhcpcd-hooks/70-mptcp /lib/dhcpcd/dhcpcd-hooks/70-mptcp \
    /usr/libexec/dhcpcd-hooks/70-mptcp
  list_udhcpc
  for event in ip-up ip-down ipv6-up ipv6-down; do
    list_door pppd ppp/mptcp "/etc/ppp/$event.d/mptcp"
  done
  list_door networkmanager networkmanager/90-mptcp /etc/NetworkManager/dispatcher.d/90-mptcp
  list_door netifrc netifrc/mptcp.sh /lib/netifrc/net/mptcp.sh /usr/lib/netifrc/net/mptcp.sh
  list_door ifupdown-ng ifupdown-ng/mptcp /usr/libexec/ifupdown-ng/mptcp
  list_service
}

# Alpine's own script runs what lies in directories, which need not be there yet; Debian's runs nothing.
list_udhcpc() {
  if [ -e "$root/usr/share/udhcpc/default.script" ]; then
    for event in bound renew deconfig; do
      say "udhcpc doors/udhcpc/mptcp /etc/udhcpc/post-$event/mptcp"
    done
  elif [ -e "$root/etc/udhcpc/default.script" ]; then
    say "udhcpc doors/udhcpc/mptcp $library/udhcpc.script"
  fi
}

# One that has been put in and is not there any more. What a killed run left may never have been put in.
list_removed_by_hand() {
  ! grep -qx unfinished "$root$manifest" 2>/dev/null || return 0
  list_doors | while read -r part source target; do
    [ -e "$root$target" ] || [ -L "$root$target" ] || list_recorded | grep -xF "$target" || true
  done
}

# A part or a file a line: what this run is told, what earlier ones were told, and what the admin has removed since.
list_left_out() {
  {
    say "$without" | tr ',' '\n'
    case ,$without, in
      *,none,*) ;;
      *)
        sed -n 's/^without //p' "$root$manifest" 2>/dev/null || true
        list_removed_by_hand
        ;;
    esac
  } | grep -vx -e none -e '' | sort -u
}

#   is_left_out PART TARGET
is_left_out() {
  say "$left_out" | grep -qxF -e "$1" -e "$2"
}

#   print_doors in|out     the managers on this host whose doors are in, or left out
print_doors() {
  list_doors | while read -r part source target; do
    is_left_out "$part" "$target" && place=out || place=in
    [ "$part" = service ] || [ "$place" != "$1" ] || say "$part"
  done | uniq | paste -s -d ' ' | sed 's/ /, /g'
}
