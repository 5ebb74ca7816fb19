/** A snapshot with its look-ups: who holds an address, whose a table is. Each is built once, so that a plan is linear. */
import { isAlias, type Stanza, wayNames } from '../ask/stanza.ts'
import { remember } from '../words/memo.ts'
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
  readonly barriersOf: (address: string) => readonly Rule[]
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
  /** What `find` finds for the family, and the device if it is about one: it is called once for each. */
  readonly once: <T>(find: Finder<T>, family: Family, device?: string) => T
}

/** A pure function of the host. */
export type Finder<T> = (host: Host, family: Family, device: string) => T

/** Sorts items under keys, for a look-up by key. */
export function group<T, K>(
  items: readonly T[],
  keysOf: (item: T) => readonly K[],
): (key: K) => readonly T[] {
  const groups = new Map<K, T[]>()
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
  return (key) => groups.get(key) ?? NONE
}

const NONE: readonly never[] = []

/** The same within each family. */
function groupByFamily<T extends { readonly family: Family }, K>(
  items: readonly T[],
  keysOf: (item: T) => readonly K[],
): (family: Family, key: K) => readonly T[] {
  const ofFamily = (family: Family) =>
    group(
      items.filter((item) => item.family === family),
      keysOf,
    )
  const groups = { inet: ofFamily('inet'), inet6: ofFamily('inet6') }
  return (family, key) => groups[family](key)
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
  const barriersOf = group(
    rules.filter(({ kind }) => kind === 'barrier'),
    ({ from }) => [from],
  )
  const main = group(
    routes.filter((route) => route.table === MAIN_TABLE && !isOurs(route)),
    devicesOf,
  )
  const own = group(ours, devicesOf)
  const tables = groupByFamily(
    ours.filter(({ table, behind }) => table !== MAIN_TABLE && !behind),
    ({ table }) => [table],
  )
  const devicesOfAll = remember((routes: readonly Route[]) => unique(routes.flatMap(devicesOf)))
  const foreign = groupByFamily(
    routes.filter(({ protocol, table }) => protocol !== PROTOCOL && table !== MAIN_TABLE),
    ({ table }) => [table],
  )
  const behind = group(
    routes.filter((route) => route.behind && route.protocol !== PROTOCOL && route.table !== MAIN_TABLE),
    devicesOf,
  )
  const all = [...stanzas, ...goneStanzas]
  const named = [...links.map(({ name }) => name), ...devices, ...all.map(({ device }) => device)]
  const nameClaims = group(named, (device) => [deriveTable(device)])
  const stanzaClaims = groupByFamily(all, claimedTables)
  const finders = {
    inet: remember((find: Finder<unknown>) => remember((device: string) => find(host, 'inet', device))),
    inet6: remember((find: Finder<unknown>) => remember((device: string) => find(host, 'inet6', device))),
  }
  const host: Host = {
    snapshot,
    stanzas,
    link: (device) => byName.get(device),
    addressesOf: ofDevice,
    holdersOf: (address) => unique(holders(address).map(({ device }) => device)),
    sourcesOf,
    companionsOf,
    barriersOf,
    mainRoutesOf: main,
    ownRoutesOf: own,
    devicesOfTable: (family, table) => devicesOfAll(tables(family, table)),
    claimantsOf: (family, table) =>
      unique([...stanzaClaims(family, table).map(({ device }) => device), ...nameClaims(table)]),
    foreignRoutesIn: foreign,
    behindRoutesOf: behind,
    stanzasFor: group(stanzas, ({ device }) => [device]),
    once: <T>(find: Finder<T>, family: Family, device = '') => finders[family](find)(device) as T,
  }
  return host
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

/** The devices that a route goes through. */
export function devicesOf({ hops }: Route): readonly string[] {
  return unique(hops.flatMap(({ device }) => device ?? []))
}

/**
 * The tables that a stanza claims besides the one that its device's name derives. What a run itself asks for is no
 * evidence of whose the table has been.
 */
function claimedTables(stanza: Stanza): number[] {
  const { device, options, fresh } = stanza
  const asked = typeof options.table === 'number' && !fresh ? [options.table] : []
  return [...asked, ...wayNames(stanza).map((name) => deriveTable(device, name))]
}

/** The stanzas with their devices' own names in the place of altnames. */
export function resolveStanzas(stanzas: readonly Stanza[], snapshot: Snapshot): Stanza[] {
  const resolve = resolverOf(snapshot)
  return stanzas.map((stanza) => ({ ...stanza, device: resolve(stanza.device) }))
}

/** The kernel's name for a device that may be called by an altname; what is not there keeps its name. */
export function resolveDevice(name: string, snapshot: Snapshot): string {
  return resolverOf(snapshot)(name)
}

/** The same for many names. */
export function resolverOf({ links }: Snapshot): (name: string) => string {
  const names = new Map<string, string>()
  for (const { name, altnames } of links) {
    for (const altname of altnames) {
      names.set(altname, names.get(altname) ?? name)
    }
  }
  for (const { name } of links) {
    names.set(name, name)
  }
  return (name) => names.get(name) ?? name
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
