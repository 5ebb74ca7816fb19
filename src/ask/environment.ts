/** ifupdown's environment → the event that a hook answers, or why there is nothing to do. */
import { type Ip, isHost, isUnspecified, parseIp, parseNetmask, subnetOf } from '../words/address.ts'
import { quote, Refusal } from '../words/refusal.ts'
import type { Family } from '../words/state.ts'
import {
  type Options,
  parseOptions,
  readVariable,
  refuseValue,
  type Setter,
  unknownOptions,
} from './options.ts'

export type Direction = 'up' | 'down'

/** An address as the stanza gives it. */
export interface StanzaAddress extends Ip {
  /** Its subnet, `10.1.1.0/24`, or the peer; undefined for an address that stands alone. */
  readonly subnet: string | undefined
  readonly peer: string | undefined
}

export interface Event {
  readonly direction: Direction
  /** The device: the part of IFACE before a colon. */
  readonly device: string
  /** IFACE has a colon: the stanza is one of several for its device. */
  readonly alias: boolean
  /** The families that the run acts on. */
  readonly families: readonly Family[]
  readonly addresses: readonly StanzaAddress[]
  readonly gateways: readonly Ip[]
  readonly options: Options
  /** Started by hand: what the environment does not say stays as it is. */
  readonly byHand: boolean
  /** The method is pppd's, which makes the device later. */
  readonly dialUp: boolean
  /** The method is auto: the address comes with a router advertisement, perhaps after ifupdown has called the hook. */
  readonly awaitsAddress: boolean
  /** Who set a variable, for the end of a message. */
  readonly setter: Setter
  /** What the admin should hear, though the run goes on. */
  readonly notices: readonly string[]
}

/** A run that has nothing to do, and why. */
export interface Idle {
  readonly idle: string
}

type Environment = NodeJS.ProcessEnv

const MODES = { up: 'start', down: 'stop' } as const

const NO_OPTIONS = parseOptions({}, () => '')

/** Whether ifupdown started the run; by hand PHASE is absent. */
export function isUnderIfupdown(env: Environment): boolean {
  return env['PHASE'] !== undefined
}

/**
 * Reads the variables that ifupdown, ifupdown-ng and ifupdown2 hand to a hook (interfaces(5)).
 * On the way down the stanza's values do not count: it may have been edited while the interface was up.
 *
 * @throws Refusal that names the variable, its value and who set it
 */
export function parseEnvironment(direction: Direction, env: Environment): Event | Idle {
  const reason = idleReason(direction, env)
  if (reason !== undefined) {
    return { idle: reason }
  }
  const place = isUnderIfupdown(env) ? 'in the iface stanza' : 'in the environment'
  const setter: Setter = (variable) => `set by ${variable} ${place}`
  const iface = env['IFACE'] ?? ''
  const event = {
    direction,
    device: parseDevice(iface, setter),
    alias: iface.includes(':'),
    families: parseFamilies(env['ADDRFAM']),
    byHand: !isUnderIfupdown(env),
    dialUp: env['METHOD'] === 'ppp' || env['METHOD'] === 'wvdial',
    awaitsAddress: direction === 'up' && env['METHOD'] === 'auto',
    setter,
  }
  if (direction === 'down') {
    return { ...event, addresses: [], gateways: [], options: NO_OPTIONS, notices: [] }
  }
  return {
    ...event,
    addresses: parseAddresses(env, event.families, setter),
    gateways: parseGateways(env, event.families, setter),
    options: parseOwnOptions(env, event.families, setter),
    notices: unknownOptions(env).map((name) => `there is no option ${name}: it has no effect`),
  }
}

function idleReason(direction: Direction, env: Environment): string | undefined {
  const iface = env['IFACE'] ?? ''
  if (iface === '' || iface === 'lo' || iface.startsWith('lo:') || iface === '--all') {
    return `IFACE is ${quote(iface)}`
  }
  if (env['METHOD'] === 'loopback') {
    return 'the method is loopback'
  }
  if (parseFamilies(env['ADDRFAM']).length === 0) {
    return `the address family is ${quote(env['ADDRFAM'] ?? '')}`
  }
  if (env['MODE'] !== undefined && env['MODE'] !== '' && env['MODE'] !== MODES[direction]) {
    return `MODE is ${quote(env['MODE'])}`
  }
  return env['IF_MPTCP']?.trim() === 'off' ? 'the stanza says "mptcp off"' : undefined
}

/** `inet`, `inet6`, ifupdown2's `inet,inet,inet6`; absent or empty: both. IPv6 first: its rules must be read before any address. */
function parseFamilies(value: string | undefined): Family[] {
  const words = value === undefined || value === '' ? ['inet', 'inet6'] : value.split(',')
  return (['inet6', 'inet'] as const).filter((family) => words.includes(family))
}

/** The device's name: dev_valid_name() in the kernel's net/core/dev.c, less what a line of `ip -batch` cannot carry. */
function parseDevice(iface: string, setter: Setter): string {
  const device = iface.split(':', 1)[0] ?? ''
  if (!/^[\w.@+=,][\w.@+=,-]{0,14}$/.test(device) || device === '.' || device === '..') {
    const why = 'is not a name that a network interface can have: 1 to 15 letters, digits or ._-@+=,'
    throw new Refusal(`interface ${quote(iface)} ${why} (${setter('IFACE')})`)
  }
  return device
}

function parseAddresses(env: Environment, families: readonly Family[], setter: Setter): StanzaAddress[] {
  const peer = parsePeer(env, families, setter)
  const list = readVariable(env, 'IF_ADDRESSES', setter)
    ?.split(/\s+/)
    .map((text) => ['IF_ADDRESSES', text] as const)
  const single = readVariable(env, 'IF_ADDRESS', setter)
  const netmask = readVariable(env, 'IF_NETMASK', setter) ?? ''
  const given = single === undefined ? [] : [['IF_ADDRESS', single] as const]
  // `address 0.0.0.0` is how some say that a device carries none.
  const named = [...given, ...(list ?? [])].filter(([, text]) => !isUnspecified(text))
  const addresses = named.map(([variable, text]) => {
    const [host = '', length] = text.split('/', 2)
    const ip = parseIp(host)
    if (ip === undefined || text.split('/').length > 2) {
      refuseValue(variable, text, 'is not an IP address', setter)
    }
    checkFamily(variable, text, ip, families, setter)
    checkHost(variable, text, ip, setter)
    const bits = parseNetmask(length ?? netmask, ip.family)
    if (bits === undefined) {
      return length === undefined
        ? refuseValue('IF_NETMASK', netmask, 'is not a netmask of the address', setter)
        : refuseValue(variable, text, 'has no prefix length of its family', setter)
    }
    const far = peer?.family === ip.family ? peer : undefined
    return { ...ip, subnet: subnetOf(far ?? ip, bits) ?? far?.text, peer: far?.text }
  })
  return addresses.filter((address, i) => addresses.findIndex((other) => other.text === address.text) === i)
}

function parsePeer(env: Environment, families: readonly Family[], setter: Setter): Ip | undefined {
  const text = readVariable(env, 'IF_POINTOPOINT', setter)
  if (text === undefined) {
    return undefined
  }
  const peer = parseIp(text) ?? refuseValue('IF_POINTOPOINT', text, 'is not an IP address', setter)
  checkFamily('IF_POINTOPOINT', text, peer, families, setter)
  checkHost('IF_POINTOPOINT', text, peer, setter)
  return peer
}

function parseGateways(env: Environment, families: readonly Family[], setter: Setter): Ip[] {
  return ['IF_GATEWAY', 'IF_GATEWAYS'].flatMap((variable) => {
    const words = readVariable(env, variable, setter)?.split(/\s+/) ?? []
    return words.map((text) => {
      const ip = parseIp(text) ?? refuseValue(variable, text, 'is not an IP address', setter)
      checkFamily(variable, text, ip, families, setter)
      checkHost(variable, text, ip, setter)
      return ip
    })
  })
}

function parseOwnOptions(env: Environment, families: readonly Family[], setter: Setter): Options {
  const options = parseOptions(env, setter)
  if (options.gateway !== undefined && options.gateway !== 'none') {
    checkFamily('IF_MPTCP_GATEWAY', options.gateway.text, options.gateway, families, setter)
    checkHost('IF_MPTCP_GATEWAY', options.gateway.text, options.gateway, setter)
  }
  return options
}

/** A rule from 0.0.0.0 would take all that has no source yet; a group or this host itself leads nowhere. */
function checkHost(variable: string, text: string, ip: Ip, setter: Setter): void {
  if (!isHost(ip)) {
    refuseValue(variable, text, 'is not the address of a host', setter)
  }
}

function checkFamily(
  variable: string,
  text: string,
  ip: Ip,
  families: readonly Family[],
  setter: Setter,
): void {
  if (!families.includes(ip.family)) {
    refuseValue(variable, text, `is not an address of the stanza's family, ${families.join(' or ')}`, setter)
  }
}
