/** The routing table of each way. */
import type { Stanza } from '../ask/stanza.ts'
import { Refusal } from '../words/refusal.ts'
import type { Family } from '../words/state.ts'
import { deriveTable, isUsableTable } from '../words/table.ts'
import type { Host } from './host.ts'
import type { Way } from './ways.ts'

/** rt_tables: names to ids, looked up only where a name may matter. */
export type TableNames = () => ReadonlyMap<string, number>

export interface TableQuery {
  readonly host: Host
  readonly device: string
  readonly family: Family
  readonly tableNames: TableNames
}

/**
 * A table a way: what its stanza asks for, else the one that its rules use already, else the one that rt_tables names
 * like the device, else the derived one.
 *
 * @throws Refusal where a table that is asked for does not exist or belongs to another device
 */
export function chooseTables(ways: readonly Way[], query: TableQuery): Map<Way, number> {
  const tables = new Map<Way, number>()
  const due = ways.map((way) => askedTable(way, query) ?? way.standing ?? derivedTable(way, query))
  for (const [i, way] of ways.entries()) {
    const taken = new Set(tables.values())
    const others = new Set([...taken, ...due.filter((_, j) => j !== i)])
    const table = askedTable(way, query) ?? standingTable(way, query, others) ?? ownTable(way, query)
    if (taken.has(table)) {
      const origin = way.stanza === undefined ? '' : ` (${way.stanza.setter('IF_MPTCP_TABLE')})`
      throw new Refusal(`mptcp-table "${table}" is the table of another way out of the device${origin}`)
    }
    checkTable(table, way, query)
    tables.set(way, table)
  }
  return tables
}

function askedTable({ stanza }: Way, { tableNames }: TableQuery): number | undefined {
  const asked = stanza?.options.table
  if (stanza === undefined || typeof asked !== 'string') {
    return asked as number | undefined
  }
  const id = tableNames().get(asked)
  if (id === undefined || !isUsableTable(id)) {
    const why = id === undefined ? 'is not in rt_tables' : `is table ${id}, which is not free for use`
    const cure = `write "NUMBER ${asked}" into /etc/iproute2/rt_tables.d/mptcp.conf, or give a number`
    throw new Refusal(`mptcp-table "${asked}" ${why}: ${cure} (${stanza.setter('IF_MPTCP_TABLE')})`)
  }
  return id
}

/**
 * A gateway or an address that changes keeps the table. One that is another device's does not count, nor one that is due
 * to another way: an address may have gone that way while this one was not there.
 */
function standingTable(way: Way, query: TableQuery, others: ReadonlySet<number>): number | undefined {
  if (way.standing !== undefined) {
    return way.standing
  }
  const named = way.addresses.filter(({ named }) => named !== undefined && named === way.stanza)
  for (const { local } of [...named, ...way.addresses]) {
    for (const { table } of query.host.sourcesOf(local)) {
      if (!others.has(table) && isFitting(table, way, query)) {
        return table
      }
    }
  }
  return undefined
}

/** A further way does not settle in the table that follows from the device's name: that is the first way's. */
function isFitting(table: number, { first }: Way, query: TableQuery): boolean {
  return otherDevice(table, query) === undefined && (first || table !== deriveTable(query.device))
}

function ownTable(way: Way, query: TableQuery): number {
  return (way.first ? namedTable(query) : undefined) ?? derivedTable(way, query)
}

function derivedTable({ first, out }: Way, { device }: TableQuery): number {
  return deriveTable(device, first ? undefined : (out?.name ?? 'none'))
}

/** A table that rt_tables names like the device, unless somebody else uses it. */
function namedTable({ host, device, family, tableNames }: TableQuery): number | undefined {
  const table = tableNames().get(device)
  if (table === undefined || !isUsableTable(table)) {
    return undefined
  }
  const isUsed =
    host.snapshot.foreignRules.some((rule) => rule.family === family && rule.table === table) ||
    host.foreignRoutesIn(family, table).length > 0
  return isUsed ? undefined : table
}

/** Another device whose live table this is: by our routes in it, or where it is empty by claim or by who holds the addresses. */
function otherDevice(table: number, { host, device, family }: TableQuery): string | undefined {
  const through = host.devicesOfTable(family, table)
  if (through.length > 0) {
    return through.find((other) => other !== device)
  }
  if (host.claimantsOf(family, table).includes(device)) {
    return undefined
  }
  const rules = host.snapshot.rules.filter(
    (rule) => rule.kind === 'source' && rule.family === family && rule.table === table,
  )
  const holders = rules.flatMap(({ from }) => host.holdersOf(from))
  return holders.includes(device) ? undefined : holders[0]
}

function checkTable(table: number, { stanza }: Way, query: TableQuery): void {
  const other = otherDevice(table, query)
  if (other !== undefined) {
    const cure = 'choose another with mptcp-table'
    throw new Refusal(`mptcp-table "${table}" is in use by ${other}: ${cure} (${originOf(stanza)})`)
  }
}

function originOf(stanza: Stanza | undefined): string {
  return stanza?.options.table === undefined ? 'not set' : stanza.setter('IF_MPTCP_TABLE')
}
