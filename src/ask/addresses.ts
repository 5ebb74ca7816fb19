/** The addresses and gateways of a stanza. */
import { type Ip, isHost, isUnspecified, parseIp, parseNetmask, subnetOf } from '../words/address.ts'
import type { Family } from '../words/state.ts'
import { readList, readVariable, refuseValue, type Setter } from './options.ts'

type Environment = NodeJS.ProcessEnv

/** An address as the stanza gives it. */
export interface StanzaAddress extends Ip {
  /** Its subnet, `10.1.1.0/24`, or the peer; undefined for an address that stands alone. */
  readonly subnet: string | undefined
  readonly peer: string | undefined
}

/** IF_ADDRESS with IF_NETMASK and IF_POINTOPOINT, and ifupdown-ng's IF_ADDRESSES; each address once. */
export function parseAddresses(
  env: Environment,
  families: readonly Family[],
  setter: Setter,
): StanzaAddress[] {
  const peer = parsePeer(env, families, setter)
  const single = readVariable(env, 'IF_ADDRESS', setter)
  const netmask = readVariable(env, 'IF_NETMASK', setter) ?? ''
  const list = readList(env, 'IF_ADDRESSES', setter).map((text) => ['IF_ADDRESSES', text] as const)
  const given = single === undefined ? [] : [['IF_ADDRESS', single] as const]
  const addresses = new Map<string, StanzaAddress>()
  for (const [variable, text] of [...given, ...list]) {
    // `address 0.0.0.0` is how some say that a device carries none.
    if (!isUnspecified(text)) {
      const address = parseAddress(variable, text, netmask, peer, families, setter)
      addresses.set(address.text, addresses.get(address.text) ?? address)
    }
  }
  return [...addresses.values()]
}

function parseAddress(
  variable: string,
  text: string,
  netmask: string,
  peer: Ip | undefined,
  families: readonly Family[],
  setter: Setter,
): StanzaAddress {
  const [host = '', length, ...rest] = text.split('/')
  const ip = parseHost(variable, text, rest.length > 0 ? '' : host, families, setter)
  const bits = parseNetmask(length ?? netmask, ip.family)
  if (bits === undefined) {
    return length === undefined
      ? refuseValue('IF_NETMASK', netmask, 'is not a netmask of the address', setter)
      : refuseValue(variable, text, 'has no prefix length of its family', setter)
  }
  const far = peer?.family === ip.family ? peer : undefined
  return { ...ip, subnet: subnetOf(far ?? ip, bits) ?? far?.text, peer: far?.text }
}

function parsePeer(env: Environment, families: readonly Family[], setter: Setter): Ip | undefined {
  const text = readVariable(env, 'IF_POINTOPOINT', setter)
  return text === undefined ? undefined : parseHost('IF_POINTOPOINT', text, text, families, setter)
}

/** IF_GATEWAY and ifupdown-ng's IF_GATEWAYS, in order. */
export function parseGateways(env: Environment, families: readonly Family[], setter: Setter): Ip[] {
  return ['IF_GATEWAY', 'IF_GATEWAYS'].flatMap((variable) =>
    readList(env, variable, setter).map((text) => parseHost(variable, text, text, families, setter)),
  )
}

/**
 * An address that another host or this one can have: a rule from 0.0.0.0 would take all that has no source yet; a
 * group or loopback leads nowhere.
 */
export function parseHost(
  variable: string,
  value: string,
  text: string,
  families: readonly Family[],
  setter: Setter,
): Ip {
  const ip = parseIp(text) ?? refuseValue(variable, value, 'is not an IP address', setter)
  if (!families.includes(ip.family)) {
    refuseValue(variable, value, `is not an address of the stanza's family, ${families.join(' or ')}`, setter)
  }
  if (!isHost(ip)) {
    refuseValue(variable, value, 'is not the address of a host', setter)
  }
  return ip
}
