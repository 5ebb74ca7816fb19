// The programs that the hooks are measured against: data only.
import { existsSync } from 'node:fs'

const script = (text) => ({ command: ['/bin/sh', '-ec', text] })

// The page's four commands for one uplink, and its endpoint. The endpoint's id is given, so that it is known below.
const pageUp = `
ip rule add from 10.1.2.2 table 2
ip route add 10.1.2.0/24 dev eth1 scope link table 2
ip route add default via 10.1.2.1 dev eth1 table 2
ip route add default scope global nexthop via 10.1.2.1 dev eth1
ip mptcp endpoint add 10.1.2.2 dev eth1 id 1 subflow
`
const pageDown = `
ip rule del from 10.1.2.2 table 2
ip route flush table 2
ip route del default
ip mptcp endpoint delete id 1
`

// What mptcp_up of 2013 did, in our own words: a line of rt_tables numbered by the lines before it, two routes, a rule.
// It made no endpoint: its kernel took every address.
const up2013 = `
names=/etc/iproute2/rt_tables
grep -q eth1 "$names" || echo "$(wc -l <"$names") eth1" >>"$names"
ip route add 10.1.2.0/24 dev eth1 scope link table eth1
ip route add default via 10.1.2.1 dev eth1 table eth1
ip rule add from 10.1.2.2 table eth1
`
const down2013 = `
ip rule del from 10.1.2.2 table eth1
ip route flush table eth1
`

/** ifupdown-multi of Debian, where it is; it makes no endpoint, no connected route, and a default route in main. */
const multi = process.env.IFUPDOWN_MULTI ?? '/usr/lib/ifupdown-multi.py'

const runMulti = (mode) => ({
  command: ['python3', multi],
  env: {
    IFACE: 'eth1',
    ADDRFAM: 'inet',
    MODE: mode,
    IF_ADDRESS: '10.1.2.2',
    IF_MULTI_TABLE: '2',
    IF_MULTI_GATEWAY: '10.1.2.1',
  },
})

/** The start of a process and nothing more. */
export const bare = {
  'sh -c exit': { command: ['/bin/sh', '-c', 'exit'] },
  'node -e 0': { command: ['node', '-e', '0'] },
}

export const others = {
  'page up': script(pageUp),
  'page down': { ...script(pageDown), after: ['page up'] },
  ...(existsSync('/etc/iproute2')
    ? { '2013 up': script(up2013), '2013 down': { ...script(down2013), after: ['2013 up'] } }
    : {}),
  ...(existsSync(multi)
    ? { 'multi up': runMulti('start'), 'multi down': { ...runMulti('stop'), after: ['multi up'] } }
    : {}),
}

/** By the name of a program that may be absent, why. */
export const reasons = {
  '2013 up': 'there is no /etc/iproute2',
  '2013 down': 'there is no /etc/iproute2',
  'multi up': 'the Debian package ifupdown-multi is not installed',
  'multi down': 'the Debian package ifupdown-multi is not installed',
}
