/** Which uplinks forwarded connections keep: rules of the kind `mark`, and the nft table that goes with them. */
import {
  type ForwardedWay,
  isMarkable,
  type MarkedWay,
  type NftStanding,
  type NftTable,
  toHex,
} from '../words/forwarding.ts'
import type { Mark, Rule } from '../words/state.ts'
import { MAIN_TABLE, SUPPRESSED_LENGTH } from '../words/table.ts'
import { terminalDefault } from './companion.ts'
import { withDestinations } from './destinations.ts'
import type { Host } from './host.ts'
import { isOwned, type MarkPair, standingPairs } from './mark-pairs.ts'
import { giveMarks, isSame, toWays } from './marks.ts'
import type { Notice } from './notices.ts'
import type { Scope } from './owned.ts'
import type { Uplink } from './uplink.ts'

/** What there is of forwarding, and what can be had: read only where somebody asks for it, or did. */
export interface Forwarding {
  /** Undefined where the configuration gives one that is none. */
  readonly mask: number | undefined
  /** What is wrong with it, where nobody else tells. */
  readonly problems: readonly string[]
  /** The marks that have been given so far. */
  readonly given: readonly MarkedWay[]
  readonly standing: NftStanding
  readonly print: (ways: readonly ForwardedWay[]) => NftTable
  /** nft's words where it would not have the table; undefined where that one stands already. */
  readonly whyNot: (table: NftTable) => string | undefined
}

export interface ForwardPlan {
  /** The rules that the run may change. */
  readonly owned: readonly Rule[]
  readonly wanted: readonly Rule[]
  /** What stands, and what is to stand; both undefined where nothing is to be done about it. */
  readonly standing: NftTable | undefined
  readonly table: NftTable | undefined
  /** The marks, with those that the run gives. */
  readonly given: readonly MarkedWay[]
  /** A table of ours may stand from now on. */
  readonly mayStand: boolean
  /** About a device, or about the host. */
  readonly notices: readonly Notice[]
}

/** @param uplinks those of the run */
export function planForward(
  host: Host,
  scope: Scope,
  uplinks: readonly Uplink[],
  forwarding: Forwarding,
): ForwardPlan {
  const { mask, standing, given } = forwarding
  const asking = uplinks.filter(isAsking)
  const pairs = standingPairs(host, given)
  const own = pairs.filter((pair) => isOwned(pair, host, scope))
  const blindness = whyUnknown(forwarding, asking.length > 0)
  if (blindness.length > 0) {
    return keepAsItIs(asking, own, given, blindness)
  }
  const hindrance = hindranceOf(host, mask, standing)
  const faults = new Map(asking.map((uplink) => [uplink, faultOf(uplink, host)]))
  const able = hindrance === undefined ? asking.filter((uplink) => faults.get(uplink) === undefined) : []
  const marked = mask === undefined ? { marks: NO_MARKS, given } : giveMarks(able, mask, given, pairs)
  // One that has been renamed since may bear a name that would end the text of the table.
  const others = pairs
    .filter((pair) => !own.includes(pair))
    .flatMap(toWays)
    .filter(({ device }) => isMarkable(device))
  const ways = [...others, ...[...marked.marks].map(([uplink, mark]) => toWay(uplink, mark))].sort(inOrder)
  const table = ways.length > 0 ? forwarding.print(withDestinations(ways, host, uplinks)) : undefined
  const refusal = table && forwarding.whyNot(table)
  const isLeft = standing.owner === 'others' || refusal !== undefined
  return {
    owned: own.flatMap(({ rules }) => rules),
    wanted: isLeft ? [] : [...marked.marks].flatMap(([uplink, mark]) => rulesFor(uplink, mark)),
    standing: isLeft || standing.owner !== 'ours' ? undefined : standing.table,
    table: isLeft ? undefined : table,
    given: marked.given,
    mayStand: standing.owner === 'ours' || table !== undefined,
    notices: [
      ...[hindrance, refusal].flatMap((why) => (why && asking.length > 0 ? [toNotice(why)] : [])),
      ...asking.flatMap((uplink) => {
        const why = faults.get(uplink) ?? (marked.marks.has(uplink) ? undefined : NO_MARK_LEFT)
        return why === undefined || hindrance !== undefined ? [] : [toNotice(why, uplink.device)]
      }),
    ],
  }
}

function isAsking({ stanza, out, rules }: Uplink): boolean {
  return stanza?.options.forward === true && out !== undefined && rules.some(isSource)
}

const isSource = ({ kind }: Rule) => kind === 'source'

/** An ordinary user is not told by nft, and it works all the same. */
function toKeepNotice(why: string, isKept: boolean): Notice {
  return isKept
    ? { device: undefined, text: `what stands for mptcp-forward is left as it is: ${why}` }
    : toNotice(why)
}

function toNotice(why: string, device?: string): Notice {
  return { device, text: `mptcp-forward has no effect: ${why}` }
}

const NO_MARKS: ReadonlyMap<Uplink, Mark> = new Map()
const NO_MARK_LEFT = 'all marks of mptcp-forward-mask are given: widen it'

/** What cannot be seen, or not be said, is left as it is. What goes, and what is others', needs no mask. */
function whyUnknown({ mask, standing, problems }: Forwarding, isAsked: boolean): string[] {
  if (standing.owner === 'untold') {
    return [standing.why]
  }
  return mask === undefined && isAsked
    ? [...(problems.length > 0 ? problems : ['mptcp-forward-mask is none'])]
    : []
}

function keepAsItIs(
  asking: readonly Uplink[],
  own: readonly MarkPair[],
  given: readonly MarkedWay[],
  reasons: readonly string[],
): ForwardPlan {
  const kept = own.filter((pair) => toWays(pair).some((way) => asking.some((uplink) => isSame(way, uplink))))
  return {
    owned: own.flatMap(({ rules }) => rules),
    wanted: kept.flatMap(({ rules }) => rules),
    ...{ standing: undefined, table: undefined, given, mayStand: true },
    notices:
      asking.length > 0 || own.length > 0 ? reasons.map((why) => toKeepNotice(why, kept.length > 0)) : [],
  }
}

/** Why no uplink can have it. */
function hindranceOf(host: Host, mask: number | undefined, { owner }: NftStanding): string | undefined {
  if (owner === 'others') {
    return 'nftables has a table "inet mptcp_routes" of somebody else, which is left as it is'
  }
  if (mask === undefined) {
    return undefined
  }
  const rival = host.snapshot.foreignRules.find(({ text }) => meddles(text, mask))
  const cure = 'give another with mptcp-forward-mask in /etc/mptcp-routes.conf'
  return rival && `rule "${rival.priority}: ${rival.text}" goes by bits of our mask ${toHex(mask)}: ${cure}`
}

const EXACT = 0xffffffff

/** Whether the rule may match, or not match any more, by our bits. One that asks for a whole mark without them bears them. */
function meddles(text: string, mask: number): boolean {
  const [, value, bits] = / fwmark (0x[\da-f]+|\d+)(?:\/(0x[\da-f]+|\d+))?/.exec(text) ?? []
  if (value === undefined) {
    return false
  }
  const theirs = Number(bits ?? EXACT)
  const isShared = (theirs & mask) !== 0
  return isShared && ((Number(value) & mask) !== 0 || theirs !== EXACT)
}

/** Why this one cannot have it. */
function faultOf({ device, family }: Uplink, host: Host): string | undefined {
  if (!isMarkable(device)) {
    return 'nft cannot name the device: give the interface another name'
  }
  return terminalDefault(host, family) === undefined
    ? undefined
    : `main's default of ${family} is no way, and would answer before main's specific routes do`
}

/** Whatever the run is about, the table is the same. */
function inOrder(one: MarkedWay, other: MarkedWay): number {
  return one.mark.value - other.mark.value || one.device.localeCompare(other.device)
}

function toWay({ device, family, table }: Uplink, mark: Mark): MarkedWay {
  return { device, family, table, mark }
}

/** First main's specific routes, which lead to the guest. */
function rulesFor({ family, table, rules }: Uplink, mark: Mark): Rule[] {
  const priority = rules.find(isSource)?.priority as number
  const both = { kind: 'mark', family, from: 'all', mark } as const
  return [
    { ...both, table: MAIN_TABLE, priority: priority - 1, suppress: SUPPRESSED_LENGTH[family] },
    { ...both, table, priority, suppress: undefined },
  ]
}
