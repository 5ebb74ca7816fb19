/** A snapshot with its look-ups: who holds an address, whose a table is. Each is built once, so that a plan is linear. */
import { isAlias, type Stanza, wayNames } from '../ask/stanza.ts'
import type { Address, Family, Link, Route, Rule, Snapshot } from '../words/state.ts'
import { deriveTable, MAIN_TABLE, PROTOCOL } from '../words/table.ts'

export interface Host {
  readonly snapshot: Snapshot
  /** Everything that was asked for, of all devices. */
  readonly stanzas: readonly Stanza[]
  readonly link: (device: string) => Link | undefined
  /** The addresses of a device, of every scope, in the kernel's order. */
  readonly addressesOf: (device: string) => readonly Address[]
  /** The devices that carry the address. */
  readonly holdersOf: (address: string) => readonly string[]
  /** Our source rules for the address, in the order of their priority. */
  readonly sourcesOf: (address: string) => readonly Rule[]
  readonly companionsOf: (address: string) => readonly Rule[]
  /** Main's unicast routes through the device, in the kernel's order. */
  readonly mainRoutesOf: (device: string) => readonly Route[]
  /** Routes of ours through the device, in any table. */
  readonly ownRoutesOf: (device: string) => readonly Route[]
  /** The devices that our routes in a table go through. */
  readonly devicesOfTable: (family: Family, table: number) => readonly string[]
  /** The devices that lay claim to a table without a look at its routes: by what was asked, or by their name. */
  readonly claimantsOf: (family: Family, table: number) => readonly string[]
  /** The routes of other programs in a table. */
  readonly foreignRoutesIn: (family: Family, table: number) => readonly Route[]
  /** Routes through the device that stand behind those of other programs, but main's. */
  readonly behindRoutesOf: (device: string) => readonly Route[]
  /** What was asked for of a device, in no order. */
  readonly stanzasFor: (device: string) => readonly Stanza[]
  /** Finds something of the whole host at the first call, and knows it by its name from then on. */
  readonly once: <T>(name: string, find: () => T) => T
}

/** Sorts items under keys. */
function group<T>(
  items: readonly T[],
  keysOf: (item: T) => readonly string[],
): (key: string) => readonly T[] {
  const groups = new Map<string, T[]>()
  for (const item of items) {
    for (const key of keysOf(item)) {
      const known = groups.get(key)
      if (known === undefined) {
        groups.set(key, [item])
      } else {
        known.push(item)
      }
    }
  }
  return (key) => groups.get(key) ?? []
}

/**
 * @param stanzas what is asked for, with devices named as the kernel names them, see resolveStanzas()
 * @param goneStanzas what was asked for until now: it still tells whose a table is
 * @param devices those of the run, which may be gone already
 */
export function indexHost(
  snapshot: Snapshot,
  stanzas: readonly Stanza[],
  goneStanzas: readonly Stanza[],
  devices: readonly string[],
): Host {
  const { links, addresses, rules, routes } = snapshot
  const byName = new Map(links.map((link) => [link.name, link]))
  const isOurs = ownershipOf([...stanzas, ...goneStanzas])
  const ours = routes.filter(isOurs)
  const sources = rules.filter(({ kind }) => kind === 'source')
  const ofDevice = group(addresses, ({ device }) => [device])
  const holders = group(addresses, ({ local }) => [local])
  const sourcesOf = group(sources, ({ from }) => [from])
  const companionsOf = group(
    rules.filter(({ kind }) => kind === 'companion'),
    ({ from }) => [from],
  )
  const main = group(
    routes.filter((route) => route.table === MAIN_TABLE && !isOurs(route)),
    devicesOf,
  )
  const own = group(ours, devicesOf)
  const tables = group(
    ours.filter(({ table, behind }) => table !== MAIN_TABLE && !behind),
    ({ family, table }) => [tableKey(family, table)],
  )
  const foreign = group(
    routes.filter(({ protocol, table }) => protocol !== PROTOCOL && table !== MAIN_TABLE),
    ({ family, table }) => [tableKey(family, table)],
  )
  const behind = group(
    routes.filter((route) => route.behind && route.protocol !== PROTOCOL && route.table !== MAIN_TABLE),
    devicesOf,
  )
  const claims = group(
    [
      ...[...links.map(({ name }) => name), ...devices].map(nameClaim),
      ...[...stanzas, ...goneStanzas].flatMap(stanzaClaims),
    ],
    ({ key }) => [key],
  )
  const once = remember()
  return {
    snapshot,
    stanzas,
    link: (device) => byName.get(device),
    addressesOf: ofDevice,
    holdersOf: (address) => unique(holders(address).map(({ device }) => device)),
    sourcesOf,
    companionsOf,
    mainRoutesOf: main,
    ownRoutesOf: own,
    devicesOfTable: (family, table) => {
      const key = tableKey(family, table)
      return once(`devices of ${key}`, () => unique(tables(key).flatMap(devicesOf)))
    },
    claimantsOf: (family, table) =>
      unique([...claims(tableKey(family, table)), ...claims(String(table))].map(({ device }) => device)),
    foreignRoutesIn: (family, table) => foreign(tableKey(family, table)),
    behindRoutesOf: behind,
    stanzasFor: group(stanzas, ({ device }) => [device]),
    once,
  }
}

function remember(): Host['once'] {
  const known = new Map<string, unknown>()
  return <T>(name: string, find: () => T): T => {
    if (!known.has(name)) {
      known.set(name, find())
    }
    return known.get(name) as T
  }
}

/**
 * A route of main's that stands behind one of ours shows our protocol, whoever made it: it is ours where a stanza of its
 * device asks for its metric, and else a way that must not be overlooked.
 */
function ownershipOf(stanzas: readonly Stanza[]): (route: Route) => boolean {
  const failover = new Set(
    stanzas.map(({ device, family, options }) => `${device} ${family} ${options.metric}`),
  )
  return ({ protocol, behind, table, family, metric, hops }) =>
    protocol === PROTOCOL &&
    (!behind || table !== MAIN_TABLE || failover.has(`${hops[0]?.device} ${family} ${metric}`))
}

function unique(items: readonly string[]): readonly string[] {
  return items.length < 2 ? items : [...new Set(items)]
}

function tableKey(family: Family, table: number): string {
  return `${family} ${table}`
}

/** The devices that a route goes through. */
export function devicesOf({ hops }: Route): readonly string[] {
  return unique(hops.flatMap(({ device }) => device ?? []))
}

interface Claim {
  readonly key: string
  readonly device: string
}

function nameClaim(device: string): Claim {
  return { key: String(deriveTable(device)), device }
}

/**
 * Before its device is there a stanza claims the table that its name derives, too. What a run itself asks for is no
 * evidence of whose the table has been.
 */
function stanzaClaims(stanza: Stanza): Claim[] {
  const { device, family, options, fresh } = stanza
  const asked = typeof options.table === 'number' && !fresh ? [options.table] : []
  const further = wayNames(stanza).map((name) => deriveTable(device, name))
  return [
    nameClaim(device),
    ...[...asked, ...further].map((table) => ({ key: tableKey(family, table), device })),
  ]
}

/** The stanzas with their devices' own names in the place of altnames. */
export function resolveStanzas(stanzas: readonly Stanza[], snapshot: Snapshot): Stanza[] {
  return stanzas.map((stanza) => ({ ...stanza, device: resolveDevice(stanza.device, snapshot) }))
}

/** The kernel's name for a device that may be called by an altname; what is not there keeps its name. */
export function resolveDevice(name: string, { links }: Snapshot): string {
  const isNamed = links.some((link) => link.name === name)
  return isNamed ? name : (links.find(({ altnames }) => altnames.includes(name))?.name ?? name)
}

/** The stanzas of a device and family, the first one first: without an alias, and there before the others. */
export function stanzasOf(host: Host, device: string, family: Family): Stanza[] {
  return host
    .stanzasFor(device)
    .filter((stanza) => stanza.family === family)
    .sort(
      (one, other) => Number(isAlias(one.iface)) - Number(isAlias(other.iface)) || one.order - other.order,
    )
}
