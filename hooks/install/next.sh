# shellcheck shell=sh
# What install.sh says at its end: what to do next.

# Every device that ifupdown knows by name, up or not.
list_devices() {
  command -v ifquery >/dev/null || return 0
  {
    ifquery -a --list
    ifquery --list --allow=hotplug
    ifquery --state | sed 's/=.*//'
  } 2>/dev/null </dev/null | sed 's/:.*//' | grep -E '^[A-Za-z0-9_.@+-]+$' | grep -vx lo | sort -u
}

# The command that does for a running interface what its next ifup will do.
print_command() (
  # NAME VALUE a line.
  options=$(ifquery "$1" 2>/dev/null </dev/null |
    sed -n 's/^[[:space:]]*\(mptcp[a-z-]*\):\{0,1\}[[:space:]]\{1,\}\(.*\)$/\1 \2/p')
  if [ -n "$(say "$options" | sed 's/ .*//' | sort | uniq -d)" ]; then
    # Each of several stanzas has its own options: only ifup hands them over one by one.
    say "ifdown $1 && ifup $1"
  elif ! say "$options" | grep -qx 'mptcp off'; then
    settings=$(say "$options" | awk 'NF {
      name = toupper($1); value = $0; gsub("-", "_", name); sub("^[^ ]+ ", "", value)
      if (value ~ /[^A-Za-z0-9.:_-]/) value = "\047" value "\047"
      printf " IF_%s=%s", name, value
    }')
    say "IFACE=$1$settings $up"
  fi
)

print_commands() {
  for device in $(list_devices); do
    if [ -n "$(ip -o link show dev "$device" up 2>/dev/null)" ]; then
      print_command "$device"
    fi
  done
}

say_doors() {
  in=$(print_doors in)
  out=$(print_doors out)
  if [ -n "$in$out" ]; then
    say "3. Doors are in for ${in:-no manager}${out:+, and left out for $out}. Each does nothing until ifup, or a"
    say '   section of /etc/mptcp-routes.conf, names the interface.'
  else
    say '3. No DHCP client or manager on this host has a place for a door.'
  fi
  say '   When another DHCP client or manager comes, run this again.'
}

say_next() {
  cat <<'END'

Next:
1. In /etc/network/interfaces, a second uplink says mptcp-gateway where the first says gateway:

       auto eth1
       iface eth1 inet static
           address 10.1.2.2/24
           mptcp-gateway 10.1.2.1

   (With gateway in both, ifup fails for the second: main has one default route already.)
END
  if [ -n "$root" ]; then
    say "2. The host that $root is for needs nodejs (18.19 or later), iproute2 (6.1 or later), util-linux and ifupdown."
  else
    say '2. An interface that is up is configured when it goes down and up again. To do it now, as root:'
    say
    commands=$(print_commands)
    say "${commands:-IFACE=eth1 $up      (with the name of your interface)}" | sed 's/^/       /'
    say
    say '   With -n at the end it only prints what it would do.'
  fi
  say_doors
  say '4. What each uplink has: mptcp-routes; is all well: mptcp-routes check; all options: man ifupdown-mptcp-interfaces'
}
