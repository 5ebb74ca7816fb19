/** What was asked for one family of a device: in a stanza of ifupdown's, by hand, by a record of either, or by a section. */
import type { Ip } from '../words/address.ts'
import type { Family } from '../words/state.ts'
import { parseAddresses, parseGateways, parseHost, type StanzaAddress } from './addresses.ts'
import { hasOptions, type Options, parseOptions, type Setter } from './options.ts'

type Environment = NodeJS.ProcessEnv

export interface Stanza {
  /** As the manager spells it, alias included: `eth0:1`. */
  readonly iface: string
  /** The device or its altname: the part of iface before a colon. */
  readonly device: string
  readonly family: Family
  /** ifupdown's method: static, dhcp, auto, manual, ppp … */
  readonly method: string | undefined
  /** The file in /etc/ppp/peers that a dial-up stanza names, and the unit, if any: the device is another than the interface. */
  readonly provider: Provider | undefined
  /** The addresses that it names. */
  readonly addresses: readonly StanzaAddress[]
  /** The routers that it names besides mptcp-gateway. */
  readonly gateways: readonly Ip[]
  /** It says that the other end of the link is the way out: IF_POINTOPOINT, or pppd's method. */
  readonly pointToPoint: boolean
  readonly options: Options
  /** It has an mptcp-* option other than `mptcp on`: what it is about is to be an uplink, whatever it looks like. */
  readonly configured: boolean
  /** Who asked: `ifupdown`, `hand`, a DHCP client's name, `configuration`. */
  readonly door: string
  /** Which of the device's stanzas was there first. */
  readonly order: number
  /** Said by the run itself, not by a record of an earlier one: only then an address that is not on the device counts. */
  readonly fresh: boolean
  /** The manager is taking the interface down, and has said so less than a minute ago. */
  readonly leaving: boolean
  readonly setter: Setter
}

export interface Provider {
  readonly name: string
  readonly unit: string | undefined
}

/** Whose stanza it is, and who speaks. */
export interface Speaker {
  readonly iface: string
  readonly door: string
  readonly order: number
  readonly fresh: boolean
  readonly leaving: boolean
  readonly setter: Setter
}

/** pppd makes the device, and the other end of its link is the provider. */
export function isDialUp(method: string | undefined): boolean {
  return method === 'ppp' || method === 'wvdial'
}

/** ifupdown's own defaults; wvdial starts pppd with the file that it writes itself. */
function providerOf(env: Environment): Provider | undefined {
  const { METHOD: method, IF_PROVIDER: name, IF_UNIT: unit } = env
  switch (method) {
    case 'ppp':
      return { name: name || 'provider', unit: unit || undefined }
    case 'wvdial':
      return { name: 'wvdial', unit: undefined }
    default:
      return undefined
  }
}

/** The device's name or altname: IFACE less its alias. */
export function deviceOf(iface: string): string {
  return iface.split(':', 1)[0] ?? ''
}

export function isAlias(iface: string): boolean {
  return iface.includes(':')
}

/**
 * Parses ifupdown's variables into a stanza a family; what is of another family is the other stanza's.
 *
 * @throws Refusal that names the variable, its value and who set it
 */
export function parseStanzas(env: Environment, families: readonly Family[], speaker: Speaker): Stanza[] {
  const { setter, iface } = speaker
  const options = parseOptions(env, setter)
  if (options.gateway !== undefined && options.gateway !== 'none') {
    const { text } = options.gateway
    parseHost('IF_MPTCP_GATEWAY', text, text, families, setter)
  }
  const addresses = parseAddresses(env, families, setter)
  const gateways = parseGateways(env, families, setter)
  const method = env['METHOD'] || undefined
  return families.map((family) => {
    const own = addresses.filter((address) => address.family === family)
    return {
      ...speaker,
      device: deviceOf(iface),
      family,
      method,
      provider: providerOf(env),
      addresses: own,
      gateways: gateways.filter((gateway) => gateway.family === family),
      pointToPoint: isDialUp(method) || own.some(({ peer }) => peer !== undefined),
      options,
      configured: hasOptions(env),
    }
  })
}

/** The way out that the stanza itself names: a router, none, or undefined where it leaves that to others. */
export function ownGateway({ options, gateways, family }: Stanza): Ip | 'none' | undefined {
  const { gateway } = options
  if (gateway === 'none' || gateway?.family === family) {
    return gateway
  }
  return gateways[0]
}

/** The variable that names the stanza's own gateway, for the end of a message. */
export function gatewayVariable({ options, family }: Stanza): string {
  return options.gateway !== 'none' && options.gateway?.family === family ? 'IF_MPTCP_GATEWAY' : 'IF_GATEWAY'
}

/** The names of the ways that the stanza may make: every router that it names, and `none`. */
export function wayNames({ options, gateways, family }: Stanza): string[] {
  const { gateway } = options
  const own = gateway === 'none' ? ['none'] : gateway?.family === family ? [gateway.text] : []
  return [...own, ...gateways.map(({ text }) => text)]
}
