/** Which uplinks lead nowhere, and whether that counts: nothing starts from a dead one while another of its family is alive. */
import { type Death, uplinkKey } from '../words/death.ts'
import { VERSIONS } from '../words/family.ts'
import type { Hop } from '../words/state.ts'
import { MAIN_TABLE } from '../words/table.ts'
import type { Host } from './host.ts'
import { isPlainDefault } from './main-routes.ts'
import type { Uplink } from './uplink.ts'

/** A way out of the host. */
export interface Exit extends Pick<Death, 'device' | 'family' | 'table'> {
  readonly hops: readonly Hop[]
  /** Undefined for one that stands on a device which the run leaves alone. */
  readonly uplink: Uplink | undefined
}

export interface Exits {
  readonly living: readonly Exit[]
  /** Of families in which another one is alive: where all are dead it is as if none was. */
  readonly dead: readonly Exit[]
}

const NONE: Exits = { living: [], dead: [] }

/**
 * The host's ways out: those that the run plans, and as evidence of all others what stands of them.
 *
 * @param devices those of the run
 */
export function sortExits(
  host: Host,
  devices: readonly string[],
  uplinks: readonly Uplink[],
  deaths: readonly Death[],
): Exits {
  if (deaths.length === 0) {
    return NONE
  }
  const exits = [...uplinks.flatMap(plannedExit), ...standingExits(host, new Set(devices))]
  const deathOf = indexDeaths(deaths)
  const living = exits.filter((exit) => deathOf(exit) === undefined)
  const families = new Set(living.map(({ family }) => family))
  const dead = exits.filter((exit) => families.has(exit.family) && deathOf(exit) !== undefined)
  return { living, dead }
}

/** Not of a device that its manager is taking down. */
function plannedExit(uplink: Uplink): Exit[] {
  const { device, family, table, out, stanza } = uplink
  return out === undefined || stanza?.leaving === true
    ? []
    : [{ device, family, table, hops: out.hops, uplink }]
}

/** The defaults in tables that source rules of ours look up. */
function standingExits({ snapshot }: Host, devices: ReadonlySet<string>): Exit[] {
  const sources = snapshot.rules.filter(({ kind }) => kind === 'source')
  const tables = new Set(sources.map(({ family, table }) => `${family} ${table}`))
  return snapshot.routes
    .filter((route) => isPlainDefault(route) && tables.has(`${route.family} ${route.table}`))
    .flatMap(({ family, table, hops }) => {
      const device = hops[0]?.device
      return device === undefined || devices.has(device)
        ? []
        : [{ device, family, table, hops, uplink: undefined }]
    })
}

type Key = Pick<Death, 'device' | 'family' | 'table'>

function indexDeaths(deaths: readonly Death[]): (one: Key) => Death | undefined {
  const known = new Map(deaths.map((death) => [uplinkKey(death), death]))
  return (one) => known.get(uplinkKey(one))
}

/** Those of the uplinks that are dead, whether that counts or not. */
export function deadAmong(uplinks: readonly Uplink[], deaths: readonly Death[]): Map<Uplink, Death> {
  const deathOf = indexDeaths(deaths)
  return new Map(
    uplinks.flatMap((uplink) => {
      const death = uplink.out && deathOf(uplink)
      return death === undefined ? [] : [[uplink, death]]
    }),
  )
}

/** The uplinks, those that are dead without what would start from them: endpoints, and a default of ours in main. */
export function avoidDead(uplinks: readonly Uplink[], { dead }: Exits): Uplink[] {
  const avoided = new Set(dead.map(({ uplink }) => uplink))
  return uplinks.map((uplink) =>
    avoided.has(uplink)
      ? { ...uplink, avoided: true, routes: uplink.routes.filter(({ table }) => table !== MAIN_TABLE) }
      : uplink,
  )
}

/** What only -v tells: why an uplink has less than others. */
export function deadDetails(dead: ReadonlyMap<Uplink, Death>): { device: string; text: string }[] {
  return [...dead].map(([uplink, { why }]) => ({
    device: uplink.device,
    text: `${VERSIONS[uplink.family]} is dead, ${why}: ${effectOn(uplink)}`,
  }))
}

function effectOn({ avoided }: Uplink): string {
  return avoided ? 'nothing starts from it' : 'no other uplink is alive, so it is used all the same'
}
