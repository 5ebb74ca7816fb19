/** Points about what is forwarded: whether its packets may pass, marked as they are. */
import type { Uplink } from '../../plan/uplink.ts'
import type { WholeStep } from '../../whole.ts'
import type { Edge } from '../../words/edge.ts'
import type { Family } from '../../words/state.ts'
import { nftFaults, standingMark } from '../forwarding.ts'
import { commandLine, listed } from '../words.ts'
import { about, type Finding, fail, ok, warn } from './finding.ts'

export interface ForwardFacts {
  readonly step: WholeStep
  /** rp_filter of each device and of `all`: 0 off, 1 strict, 2 loose. */
  readonly filters: ReadonlyMap<string, number>
  readonly passage: Passage
}

/** The kernel's switches, Documentation/networking/ip-sysctl.rst. */
export interface Passage {
  /** Devices (and `all`) that forward, `inet eth0`. */
  readonly forwarding: ReadonlySet<string>
  /** Devices (and `all`) whose source validation goes by marks: src_valid_mark. */
  readonly byMark: ReadonlySet<string>
  /** The kernel tracks connections. */
  readonly tracks: boolean
}

export function readPassage({ readFile }: Edge, devices: readonly string[]): Passage {
  const isOn = (path: string) => Number(readFile(`/proc/sys/net/${path}`)?.trim() ?? 0) > 0
  const names = [...devices, 'all']
  return {
    forwarding: new Set([
      ...names.filter((name) => isOn(`ipv4/conf/${name}/forwarding`)).map((name) => `inet ${name}`),
      ...(isOn('ipv6/conf/all/forwarding') ? names.map((name) => `inet6 ${name}`) : []),
    ]),
    byMark: new Set(names.filter((name) => isOn(`ipv4/conf/${name}/src_valid_mark`))),
    tracks: readFile('/proc/sys/net/netfilter/nf_conntrack_max') !== undefined,
  }
}

export function checkForwarding(facts: ForwardFacts): Finding[] {
  const { step, passage } = facts
  const faults = nftFaults(step).map(({ what, isLeft }) => (isLeft ? warn : fail)(what, APPLY))
  const asking = step.plan.uplinks.filter(({ out, stanza }) => out !== undefined && stanza?.options.forward)
  if (asking.length === 0) {
    return faults
  }
  const bad = [
    ...faults,
    ...(passage.tracks ? [] : [fail('the kernel tracks no connections, so none can be marked', TRACK)]),
    ...asking.flatMap((uplink) => about(uplink.device, checkPassage(uplink, facts))),
  ]
  const marked = asking.filter(({ family, table }) => standingMark(family, table, step.host) !== undefined)
  return bad.length > 0 || marked.length === 0 ? bad : [ok(describe(marked))]
}

const APPLY = commandLine('mptcp-routes', 'apply')
const TRACK = commandLine('modprobe', 'nf_conntrack')

function describe(marked: readonly Uplink[]): string {
  const names = listed([...new Set(marked.map(({ device }) => device))])
  return `replies of what is forwarded leave by the uplink that asked: ${names}`
}

const STRICT = 1
const FORWARDING: Readonly<Record<Family, string>> = {
  inet: 'net.ipv4.ip_forward=1',
  inet6: 'net.ipv6.conf.all.forwarding=1',
}

/** Of both switches the greater of the device's and that of `all` counts. */
function checkPassage({ device, family }: Uplink, { filters, passage }: ForwardFacts): Finding[] {
  const { forwarding, byMark } = passage
  const filter = Math.max(filters.get(device) ?? 0, filters.get('all') ?? 0)
  const isJudgedByMark = byMark.has(device) || byMark.has('all')
  const isStopped = family === 'inet' && filter === STRICT && !isJudgedByMark
  const why = 'strict rp_filter drops what is forwarded, as it does not look at marks'
  return [
    ...(forwarding.has(`${family} ${device}`)
      ? []
      : [warn(`forwarding of ${family} is off: mptcp-forward has no effect`, sysctl(FORWARDING[family]))]),
    ...(isStopped ? [fail(why, sysctl('net.ipv4.conf.all.src_valid_mark=1'))] : []),
  ]
}

function sysctl(setting: string): string {
  return `${commandLine('sysctl', '-w', setting)}, and the same line in a file of /etc/sysctl.d`
}
