/** The hosts, stanzas and strangers that the properties draw from: few names and many collisions. */
import fc from 'fast-check'
import { deriveTable } from '../../src/words/table.ts'
import type { Env, Hook } from './steps.ts'

/** wwan0 shares eth1's subnet, as two modems do. */
export const DEVICES = ['eth0', 'eth1', 'wwan0'] as const

export type Device = (typeof DEVICES)[number]

export interface Spelling {
  readonly local: string
  readonly length: number
  readonly peer?: string
}

/** What may come and go on a device, however it gets there. */
export const ADDRESSES: Readonly<Record<Device, readonly Spelling[]>> = {
  eth0: [
    { local: '10.1.1.2', length: 24 },
    { local: '10.1.1.3', length: 24 },
    { local: '10.4.4.4', length: 32 },
    { local: '2001:db8:1::2', length: 64 },
    { local: '2001:db8:1::3', length: 128 },
  ],
  eth1: [
    { local: '10.1.2.2', length: 24 },
    { local: '10.9.9.1', length: 32, peer: '10.9.9.2' },
    { local: '2001:db8:2::2', length: 64 },
    { local: 'fd00:2::2', length: 64 },
  ],
  wwan0: [
    { local: '10.1.2.3', length: 24 },
    { local: '169.254.7.7', length: 16 },
    { local: '2001:db8:2::3', length: 64 },
  ],
}

/** On the link, beyond it, and link-local. */
export const GATEWAYS: Readonly<Record<Device, readonly string[]>> = {
  eth0: ['10.1.1.1', '10.1.1.254', '172.31.1.1', '169.254.1.1', '2001:db8:1::1', 'fe80::1', '2001:db8:99::1'],
  eth1: ['10.1.2.1', '172.31.1.1', '2001:db8:2::1', 'fe80::1'],
  wwan0: ['10.1.2.1', '10.1.2.254', '169.254.1.1', '2001:db8:2::1'],
}

const FAMILIES = ['inet', 'inet6', 'inet,inet6', undefined] as const

/** 1024 is IPv6's own default metric. */
const METRICS = ['50', '1024', '2000']

export const anyDevice = fc.constantFrom(...DEVICES)

function isOfFamilies(address: string, families: string | undefined): boolean {
  const family = address.includes(':') ? 'inet6' : 'inet'
  return families === undefined || families.split(',').includes(family)
}

/** A variable that is there more rarely than not. */
function rarely<T>(values: readonly T[]): fc.Arbitrary<T | undefined> {
  return fc.oneof(
    { weight: 3, arbitrary: fc.constant(undefined) },
    { weight: 1, arbitrary: values.length === 0 ? fc.constant(undefined) : fc.constantFrom(...values) },
  )
}

function compact(env: Readonly<Record<string, string | undefined>>): Env {
  return Object.fromEntries(
    Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined),
  )
}

/** A stanza that is sound: every value parses. */
export const soundUp: fc.Arbitrary<Hook> = fc
  .tuple(anyDevice, fc.constantFrom(...FAMILIES), fc.boolean())
  .chain(([device, families, alias]) => {
    const gateways = GATEWAYS[device].filter((address) => isOfFamilies(address, families))
    const addresses = ADDRESSES[device].filter(({ local }) => isOfFamilies(local, families))
    return fc
      .record({
        address: fc.option(fc.constantFrom(...addresses), { nil: undefined }),
        IF_GATEWAY: fc.option(fc.constantFrom(...gateways), { nil: undefined }),
        IF_MPTCP_GATEWAY: rarely([...gateways, 'none']),
        IF_MPTCP_TABLE: rarely(['100', '101', String(deriveTable('eth0'))]),
        IF_MPTCP_PRIORITY: rarely(['31000', '500', '30999']),
        IF_MPTCP_ENDPOINT: rarely(['none', 'subflow', 'signal', 'subflow backup', 'subflow fullmesh']),
        IF_MPTCP_MAIN_ROUTES: rarely(['ignore']),
        IF_MPTCP_METRIC: rarely(METRICS),
        IF_MPTCP: rarely([...Array<string>(9).fill('on'), 'off']),
        METHOD: fc.constantFrom('static', 'static', 'dhcp', 'manual'),
        byHand: fc.integer({ min: 0, max: 5 }).map((n) => n === 0),
      })
      .map(({ address, byHand, ...options }) => ({
        direction: 'up' as const,
        env: compact({
          IFACE: alias ? `${device}:1` : device,
          ADDRFAM: families,
          ...(byHand ? {} : { MODE: 'start', PHASE: 'post-up' }),
          IF_ADDRESS: address?.local,
          IF_NETMASK: address === undefined ? undefined : String(address.length),
          IF_POINTOPOINT: address?.peer,
          ...options,
        }),
      }))
  })

export const anyDown: fc.Arbitrary<Hook> = fc
  .tuple(
    anyDevice,
    fc.constantFrom(...FAMILIES),
    fc.boolean(),
    fc.constantFrom('post-down', 'post-down', 'pre-down'),
  )
  .map(([device, families, alias, phase]) => downOf(alias ? `${device}:1` : device, families, phase))

/** @param phase `pre-down` is that of if-down.d, before the addresses go */
export function downOf(iface: string, families?: string, phase = 'post-down'): Hook {
  const env = { IFACE: iface, ADDRFAM: families, METHOD: 'static', MODE: 'stop', PHASE: phase }
  return { direction: 'down', env: compact(env) }
}

/** By hand with the interface's name alone: what was asked before is asked again. */
export const bareUp: fc.Arbitrary<Hook> = anyDevice.map((device) => ({
  direction: 'up',
  env: { IFACE: device },
}))

/** @param nodad without it an IPv6 address is tentative at first, which takes a real kernel seconds */
export function addressLine(verb: 'add' | 'delete', device: Device, spelling: Spelling, nodad = true) {
  const { local, length, peer } = spelling
  const host = peer === undefined ? `${local}/${length}` : `${local} peer ${peer}`
  const sure = verb === 'add' && nodad && local.includes(':')
  return `addr ${verb} ${host} dev ${device}${sure ? ' nodad' : ''}`
}
