/** The words of mptcp-probe → whom to ask for an answer in a family, and what is wrong with the others. */
import { type Ip, isHost, isIpv6, isLinkLocal, parseIp } from '../words/address.ts'
import type { Family } from '../words/state.ts'

/** One that is to answer: by ICMP echo, or by a TCP connection where there is a port. */
export interface Target {
  /** Link-local ones with their zone, `fe80::1%eth0`. */
  readonly address: string
  readonly port: number | undefined
}

export interface TargetQuery {
  readonly words: readonly string[]
  readonly family: Family
  /** The uplink's device, on which link-local addresses are meant to be. */
  readonly device: string
  /** The routers of the uplink's way; none where the other end of its link is the way out. */
  readonly gateways: readonly string[]
  /** Why nobody else can have the address, so that no answer would tell anything; undefined where somebody can. */
  readonly whyNobody: (address: string) => string | undefined
}

export interface Targets {
  readonly targets: readonly Target[]
  readonly faults: readonly Fault[]
  /** There is none, but a word about the other family: wrong in a stanza of this one, right in a section, which is for both. */
  readonly isForOther: boolean
}

/** What a message says of a value. */
export interface Fault {
  readonly value: string
  readonly why: string
}

export function findTargets(query: TargetQuery): Targets {
  const { words, family } = query
  const read = words.map((word) => ({ word, meaning: parseWord(word) }))
  const own = read.filter(({ meaning }) => isAbout(meaning, family))
  const found = own.map(({ word, meaning }) => ({ word, ...resolve(meaning, query) }))
  const targets = found.flatMap((one) => one.targets ?? [])
  return {
    targets: targets.filter((target, i) => targets.findIndex((other) => isSame(target, other)) === i),
    faults: found.flatMap(({ word, why }) => (why === undefined ? [] : [{ value: word, why }])),
    isForOther: targets.length === 0 && own.length < read.length,
  }
}

type Meaning = 'gateway' | Wrong | { readonly ip: Ip; readonly port: number | undefined }

interface Wrong {
  readonly why: string
}

/** What is wrong is so in both families. */
function isAbout(meaning: Meaning, family: Family): boolean {
  return typeof meaning === 'string' || 'why' in meaning || meaning.ip.family === family
}

const ADDRESS_AND_PORT = /^(?:\[([^\]]*)\]|(\d+\.\d+\.\d+\.\d+)):(.*)$/
const ZONE = /^[^%]*:[^%]*%/

const NO_ADDRESS = 'is no IP address; names are not resolved, as their resolver may be behind the dead uplink'

function parseWord(word: string): Meaning {
  if (word === 'gateway') {
    return word
  }
  if (word === 'none') {
    return { why: 'stands among other words: leave it out, or them' }
  }
  const [, six, four, port] = ADDRESS_AND_PORT.exec(word) ?? []
  const text = six ?? four ?? word
  if (ZONE.test(text)) {
    return { why: "has a zone: leave it out, the uplink's device is meant" }
  }
  const ip = parseIp(text)
  if (ip === undefined) {
    return { why: text.includes(',') ? 'has a comma: put blanks between targets' : NO_ADDRESS }
  }
  if (!isHost(ip)) {
    return { why: 'is not the address of a host' }
  }
  if (port !== undefined && !isPort(port)) {
    return { why: 'has no port from 1 to 65535 behind its last colon' }
  }
  return { ip, port: port === undefined ? undefined : Number(port) }
}

function isPort(text: string): boolean {
  return /^\d{1,5}$/.test(text) && Number(text) >= 1 && Number(text) <= 65535
}

type Resolved =
  | { readonly targets: readonly Target[]; readonly why?: never }
  | (Wrong & { readonly targets?: never })

function resolve(meaning: Meaning, { family, device, gateways, whyNobody }: TargetQuery): Resolved {
  if (meaning === 'gateway') {
    return resolveGateway(gateways, family, device)
  }
  if ('why' in meaning) {
    return meaning
  }
  const { ip, port } = meaning
  const why = whyNobody(ip.text)
  return why === undefined ? { targets: [{ address: withZone(ip.text, device), port }] } : { why }
}

function resolveGateway(gateways: readonly string[], family: Family, device: string): Resolved {
  const routers = gateways.filter((gateway) => isIpv6(gateway) === (family === 'inet6'))
  if (routers.length > 0) {
    return { targets: routers.map((router) => ({ address: withZone(router, device), port: undefined })) }
  }
  const [other] = gateways
  return other === undefined
    ? { why: 'has no router to ask: the way out is the other end of the link; give an address behind it' }
    : { why: `is ${other}, which has no ${family} address: give an address behind it` }
}

function withZone(address: string, device: string): string {
  return isIpv6(address) && isLinkLocal(address) ? `${address}%${device}` : address
}

function isSame(one: Target, other: Target): boolean {
  return one.address === other.address && one.port === other.port
}

/** As the option spells it. */
export function formatTarget({ address, port }: Target): string {
  if (port === undefined) {
    return address
  }
  return isIpv6(address) ? `[${address}]:${port}` : `${address}:${port}`
}
