/** Histories that once broke a property, each followed by the run in which it broke: tried first, every time. */
import { type Env, foreign, type Hook, quiet, type Step } from './steps.ts'

type Found = [Step[], Hook]

function up(env: Env): Hook {
  return { direction: 'up', env: { METHOD: 'static', MODE: 'start', PHASE: 'post-up', ...env } }
}

/** Two devices with one mptcp-table, while the address of the first is not on it: is its rule the second's? */
export const sharedTable: Found = [
  [quiet(up({ IFACE: 'eth0', IF_ADDRESS: '10.1.1.2', IF_NETMASK: '24', IF_MPTCP_TABLE: '101' }))],
  up({ IFACE: 'wwan0', IF_ADDRESS: '10.1.2.3', IF_NETMASK: '24', IF_MPTCP_TABLE: '101' }),
]

/** A stanza without a metric follows one with it, while a second address of the device has no rule yet. */
export const droppedMetric: Found = [
  [
    quiet(
      up({
        IFACE: 'eth0',
        ADDRFAM: 'inet',
        IF_ADDRESS: '10.1.1.3',
        IF_NETMASK: '24',
        IF_GATEWAY: '172.31.1.1',
        IF_MPTCP_METRIC: '50',
      }),
    ),
    foreign('addr add 10.1.1.2/24 dev eth0'),
  ],
  up({ IFACE: 'eth0', ADDRFAM: 'inet', IF_ADDRESS: '10.1.1.3', IF_NETMASK: '24' }),
]

/** Routes whose address is gone from the device are taken away, then taken back: the gateway needs its subnet first. */
export const lostAddress: Found = [
  [
    quiet(
      up({
        IFACE: 'eth0',
        ADDRFAM: 'inet6',
        IF_ADDRESS: '2001:db8:1::2',
        IF_NETMASK: '64',
        IF_GATEWAY: '2001:db8:1::1',
      }),
    ),
  ],
  up({ IFACE: 'eth0', ADDRFAM: 'inet,inet6', IF_ADDRESS: '10.1.1.2', IF_NETMASK: '24' }),
]

function route(verb: string, words: string): Step {
  return foreign(`route ${verb} ${words} protocol 4`)
}

/**
 * A gateway found in a table that the same run deletes, so that the repeat undid the run: here the default of somebody
 * else stands in the table that the stanza no longer names.
 */
export const foreignDefault: Found = [
  [
    route('add', 'default via 2001:db8:2::1 dev eth1 onlink table 712179713'),
    quiet(
      up({
        IFACE: 'eth1',
        ADDRFAM: 'inet6',
        IF_ADDRESS: 'fd00:2::2',
        IF_NETMASK: '64',
        IF_MPTCP_TABLE: '100',
        IF_MPTCP_METRIC: '50',
      }),
    ),
    quiet(
      up({
        IFACE: 'eth1',
        IF_ADDRESS: 'fd00:2::2',
        IF_NETMASK: '64',
        IF_MPTCP_GATEWAY: 'fe80::1',
        IF_MPTCP_ENDPOINT: 'none',
        IF_MPTCP_METRIC: '50',
      }),
    ),
  ],
  up({
    IFACE: 'eth1',
    IF_ADDRESS: '2001:db8:2::2',
    IF_NETMASK: '64',
    IF_MPTCP_ENDPOINT: 'none',
    IF_MPTCP_MAIN_ROUTES: 'ignore',
    IF_MPTCP_METRIC: '50',
  }),
]

/** A take-back that misses what a later round deleted: a table without rules, left by a death, moves to another. */
export const leftTable: Found = [
  [
    foreign('addr add 10.1.1.2/24 dev eth0'),
    {
      kind: 'hook',
      hook: up({ IFACE: 'eth0', ADDRFAM: 'inet', IF_MPTCP_GATEWAY: '10.1.1.1', IF_MPTCP_TABLE: '100' }),
      trouble: { kind: 'kill', position: 4 },
    },
    route('add', 'default via 10.1.1.1 dev eth0 onlink table 712179712'),
  ],
  up({ IFACE: 'eth0', IF_MPTCP_METRIC: '50' }),
]

const eth0Up = up({ IFACE: 'eth0', ADDRFAM: 'inet' })

/** Main's default loses a metric: the line that deletes the new route of ours fits the old one, which stands before it. */
export const lostMetric: Found = [
  [
    foreign('addr add 10.1.1.2/24 dev eth0'),
    route('add', 'default via 10.1.1.1 dev eth0 mtu 1400 table main'),
    quiet(eth0Up),
    route('delete', 'default via 10.1.1.1 dev eth0 table main'),
    route('add', 'default via 10.1.1.1 dev eth0 table main'),
    foreign('addr add 10.1.1.3/24 dev eth0'),
  ],
  eth0Up,
]

const TWO_HOPS =
  'table main protocol 4 nexthop via 10.1.1.1 dev eth0 weight 1 nexthop via 10.1.1.254 dev eth0 weight 1'

/** Main's default loses a hop: the line of one hop fits the route of two, too. */
export const lostHop: Found = [
  [
    foreign('addr add 10.1.1.2/24 dev eth0'),
    foreign(`route add default ${TWO_HOPS}`),
    quiet(eth0Up),
    foreign(`route delete default ${TWO_HOPS}`),
    route('add', 'default via 10.1.1.1 dev eth0 table main'),
    foreign('addr add 10.1.1.3/24 dev eth0'),
    { kind: 'hook', hook: eth0Up, trouble: { kind: 'kill', position: 2 } },
  ],
  eth0Up,
]

/** An IPv6 route loses its gateway: the line without one fits the route with it, and takes the siblings of others along. */
export const lostGateway: Found = [
  [
    foreign('addr add 2001:db8:1::2/64 dev eth0 nodad'),
    route('add', 'default via 2001:db8:1::1 dev eth0 table main'),
    route('add', '2001:db8:77::/48 via 2001:db8:1::1 dev eth0 table main'),
    quiet(up({ IFACE: 'eth0', ADDRFAM: 'inet6' })),
    route('append', '2001:db8:77::/48 via fe80::9 dev eth0 table 712179712'),
    route('delete', '2001:db8:77::/48 via 2001:db8:1::1 dev eth0 table main'),
    route('add', '2001:db8:77::/48 dev eth0 table main'),
    foreign('addr add 2001:db8:1::3/128 dev eth0 nodad'),
  ],
  up({ IFACE: 'eth0', ADDRFAM: 'inet6' }),
]

/** Our default for failover goes before main's error, which then is main's best no more. */
export const errorBehind: Found = [
  [foreign('-6 route add unreachable default table main protocol 4')],
  up({
    IFACE: 'eth1',
    IF_ADDRESS: '2001:db8:2::2',
    IF_NETMASK: '64',
    IF_GATEWAY: 'fe80::1',
    IF_MPTCP_METRIC: '50',
  }),
]

/** Somebody deletes our source rule: its companion still tells whose the endpoint is. */
export const lostSource: Found = [
  [
    quiet(
      up({
        IFACE: 'eth0',
        ADDRFAM: 'inet6',
        IF_ADDRESS: '2001:db8:1::3',
        IF_NETMASK: '128',
        IF_GATEWAY: '2001:db8:1::1',
      }),
    ),
    foreign('addr add 2001:db8:1::3/128 dev eth0 nodad'),
    foreign('rule delete from 2001:db8:1::3 lookup 712179712 priority 31000 protocol 77'),
  ],
  up({ IFACE: 'eth0', ADDRFAM: 'inet6', IF_MPTCP: 'off' }),
]

/** Nothing is recorded, and an alias has a way of its own: its table tells nothing of the device's first way. */
export const unrecordedAlias: Found = [
  [
    { kind: 'run', writable: false },
    foreign('addr add 10.9.9.1 peer 10.9.9.2 dev eth1'),
    foreign('addr add 10.1.2.2/24 dev eth1'),
  ],
  up({
    IFACE: 'eth1:1',
    IF_ADDRESS: '10.1.2.2',
    IF_NETMASK: '24',
    IF_GATEWAY: '10.1.2.1',
    IF_MPTCP_TABLE: '100',
  }),
]

/** Rules for an address that is nowhere, in a table that two devices may claim. */
export const sharedClaim: Found = [
  [
    foreign('rule add from 10.1.1.2 lookup 712179712 priority 31000 protocol 77'),
    foreign('addr add 10.1.2.2/24 dev eth1'),
  ],
  up({ IFACE: 'eth1:1', IF_MPTCP_TABLE: '712179712', IF_MPTCP_MAIN_ROUTES: 'ignore' }),
]

/** Nothing is recorded, and a stanza gives an address ahead and names a table that stays empty: whose are its rules? */
export const emptyTable: Found = [
  [
    { kind: 'run', writable: false },
    {
      kind: 'hook',
      hook: up({ IFACE: 'eth0', IF_ADDRESS: '10.4.4.4', IF_NETMASK: '32', IF_MPTCP_TABLE: '100' }),
      trouble: { kind: 'kill', position: 2 },
    },
  ],
  up({ IFACE: 'eth0', IF_ADDRESS: '10.4.4.4', IF_NETMASK: '32', IF_MPTCP_TABLE: '100' }),
]

/** Somebody's default stands behind ours for failover, on one line of the dump: it is the way out of its device all the same. */
export const hiddenDefault: Found = [
  [
    foreign('addr add 2001:db8:1::2/64 dev eth0 nodad'),
    foreign('addr add 2001:db8:2::2/64 dev eth1 nodad'),
    quiet(up({ IFACE: 'eth0', IF_GATEWAY: '2001:db8:1::1', IF_MPTCP_METRIC: '1024' })),
    foreign('route append default via fe80::9 dev eth1 table main protocol 9'),
  ],
  up({ IFACE: 'eth1' }),
]

/** All of them. */
export const found: Found[] = [
  ...[sharedTable, droppedMetric, lostAddress, foreignDefault, leftTable, lostMetric, lostHop, lostGateway],
  ...[errorBehind, lostSource, unrecordedAlias, sharedClaim, emptyTable, hiddenDefault],
]

/** As histories. */
export const foundHistories: [Step[]][] = found.map(([steps, hook]) => [[...steps, quiet(hook)]])
