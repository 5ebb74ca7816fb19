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

/** All of them. */
export const found: Found[] = [sharedTable, droppedMetric, lostAddress]
