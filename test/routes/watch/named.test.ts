import { describe, expect, it } from 'vitest'
import { namesOn } from '../../../src/routes/watch/named.ts'
import type { Edge } from '../../../src/words/edge.ts'
import { hostWith } from '../../fake-host.ts'

const { edge } = hostWith()
const FILE = `/run/mptcp-routes/${edge.networkNamespace()}.named`

function reading(text: string | undefined): Edge {
  return { ...edge, readFile: (path) => (path === FILE ? text : edge.readFile(path)) }
}

describe('names', () => {
  it('are kept over the end of a watcher', () => {
    namesOn(edge).write(['eth0', 'wwan0'])
    expect(namesOn(edge).read()).toEqual(['eth0', 'wwan0'])
  })

  it.each([
    undefined,
    '',
    '{',
    'null',
    '[]',
    '{"boot": "another", "devices": ["eth0"]}',
    '{"devices": ["eth0"]}',
    '{"boot": "", "devices": "eth0"}',
  ])('there are none where the file is %s', (text) => {
    expect(namesOn(reading(text)).read()).toEqual([])
  })

  it('are only words', () => {
    const boot = edge.readFile('/proc/sys/kernel/random/boot_id')?.trim() ?? ''
    expect(namesOn(reading(JSON.stringify({ boot, devices: [1, 'eth0', null] }))).read()).toEqual(['eth0'])
  })
})
