/** The names that iproute2 knows tables by, from where the distributions keep them. */
import type { Edge } from '../words/edge.ts'
import { parseTableNames } from '../words/table.ts'

/** Later ones win, as in iproute2: the distribution's file, then the admin's. */
const DIRECTORIES = ['/usr/lib/iproute2', '/usr/share/iproute2', '/etc/iproute2']

export function readTableNames(edge: Edge): Map<string, number> {
  return parseTableNames(DIRECTORIES.flatMap((directory) => readTexts(directory, edge)))
}

function readTexts(directory: string, edge: Edge): string[] {
  const parts = edge.listDirectory(`${directory}/rt_tables.d`).filter((name) => name.endsWith('.conf'))
  return ['rt_tables', ...parts.map((name) => `rt_tables.d/${name}`)].map(
    (name) => edge.readFile(`${directory}/${name}`) ?? '',
  )
}
