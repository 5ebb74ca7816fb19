import { expect, it } from 'vitest'
import { parseConfiguration } from '../../../src/ask/configuration.ts'
import type { Entry } from '../../../src/routes/watch/log.ts'
import { type LoopOptions, look, startMemory } from '../../../src/routes/watch/turn.ts'
import type { Edge } from '../../../src/words/edge.ts'
import { hostWith, PAGE } from '../../fake-host.ts'

/** Looks at the page's host every 30 s, as often as that. */
function watchFor(looks: number, changes: Partial<Edge>, lines: readonly string[] = []) {
  const host = hostWith(...PAGE, ...lines)
  let tries = 0
  // /run is full.
  const write = () => {
    tries += 1
    return false
  }
  const edge: Edge = { ...host.edge, ...changes }
  const { sections } = parseConfiguration('[eth0]\nmptcp-gateway = 10.1.1.1\n', 'test')
  let now = 0
  const written: Entry[] = []
  const options: LoopOptions = {
    clock: { steady: () => now, wall: () => now },
    desk: { edge, endLook: () => {}, close: () => {} },
    ...{ env: {}, sections, mask: undefined, names: { read: () => [], write: () => {} } },
    deaths: { read: () => [], write },
    ...{ breaks: () => '0', write: (entry) => written.push(entry), detail: () => {} },
    ...{ refresh: () => {}, probe: () => {} },
  }
  const memory = startMemory(options)
  const idle: number[] = []
  for (let i = 0; i < looks; i += 1) {
    look(memory, options)
    idle.push(memory.idle)
    now += 30_000
  }
  const entries = [...memory.log.values()].flatMap((waiting) => waiting.entries)
  return { idle, tries, said: entries.map(({ text, times }) => `${text} ×${times}`) }
}

it('looks that have nothing to do are idle, but for each fourth', () => {
  expect(watchFor(7, {}).idle).toEqual([0, 0, 1, 2, 3, 0, 1])
})

it('what cannot be done and costs nothing else is said once, and keeps no look from being idle', () => {
  const { idle, said } = watchFor(7, { writeSysctl: () => 'EACCES' })
  expect(idle).toEqual([0, 0, 1, 2, 3, 0, 1])
  const text = 'not done: "sysctl -w net.ipv4.conf.eth0.ignore_routes_with_linkdown=1": EACCES'
  expect(said.filter((line) => line.includes('sysctl'))).toEqual([`${text} ×1`])
})

it('deaths that cannot be written are tried again at each look, idle ones too', () => {
  // One that plans tries before the kernel is changed, and after.
  const { idle, tries, said } = watchFor(7, {}, ['link set dev peth0 down'])
  expect([idle, tries]).toEqual([[0, 0, 1, 2, 3, 0, 1], 3 * 2 + 4])
  expect(said.filter((line) => line.includes('cannot be written'))).toEqual([expect.stringMatching(/ ×1$/)])
})
