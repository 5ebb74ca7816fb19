import { describe, expect, it } from 'vitest'
import { DEFAULT_FILE, readConfiguration } from '../../src/ask/configuration-file.ts'
import type { Edge } from '../../src/words/edge.ts'

/** A host that has these files. */
function edgeWith(files: Readonly<Record<string, string>>): Edge {
  const names = Object.keys(files).map((path) => path.replace(/^.*\//, ''))
  const edge: Pick<Edge, 'readFile' | 'listDirectory'> = {
    readFile: (path) => files[path],
    listDirectory: () => names,
  }
  return edge as Edge
}

describe('readConfiguration', () => {
  it('takes a missing default, and /dev/null, for no configuration', () => {
    const nothing = { sections: [], mask: 0x7f000000, problems: [] }
    expect(readConfiguration(edgeWith({}), DEFAULT_FILE)).toEqual(nothing)
    expect(readConfiguration(edgeWith({}), '/dev/null')).toEqual(nothing)
  })

  it('names a file that was named and is not there', () => {
    expect(readConfiguration(edgeWith({}), '/etc/my.conf').problems).toEqual([
      '"/etc/my.conf" cannot be read (configuration)',
    ])
  })

  it('tells ten mistakes and counts the rest', () => {
    const problemsOf = (lines: number) =>
      readConfiguration(edgeWith({ [DEFAULT_FILE]: 'x\n'.repeat(lines) }), DEFAULT_FILE).problems
    expect(problemsOf(11)).toHaveLength(11)
    expect(problemsOf(12)).toHaveLength(11)
    expect(problemsOf(5000).at(-1)).toBe(`and 4990 mistakes more (${DEFAULT_FILE})`)
  })
})
