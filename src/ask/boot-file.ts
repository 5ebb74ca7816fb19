/** A file of JSON beside the records that holds for this boot alone. */
import type { Edge } from '../words/edge.ts'
import { bootId } from './records/read.ts'

type Fields = Readonly<Record<string, unknown>>

/** Its fields; none where it is not there, not of this boot or not of ours. */
export function readBootFile(edge: Edge, path: string | undefined): Fields {
  const text = path === undefined ? undefined : edge.readFile(path)
  const fields = text === undefined ? undefined : parseFields(text)
  return fields?.['boot'] === bootId(edge) ? fields : {}
}

/** Says whether it could. */
export function writeBootFile(edge: Edge, path: string | undefined, fields: Fields): boolean {
  const text = `${JSON.stringify({ boot: bootId(edge), ...fields })}\n`
  return path !== undefined && edge.writeFile(path, text)
}

function parseFields(text: string): Fields {
  try {
    return Object(JSON.parse(text))
  } catch {
    return {}
  }
}
