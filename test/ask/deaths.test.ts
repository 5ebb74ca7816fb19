import { beforeEach, describe, expect, it } from 'vitest'
import { lastDeaths, readDeaths, writeDeaths } from '../../src/ask/deaths.ts'
import { watchPath } from '../../src/ask/records.ts'
import type { Death } from '../../src/words/death.ts'
import type { Edge } from '../../src/words/edge.ts'
import { type FakeHost, hostWith } from '../fake-host.ts'

const DEATH: Death = { device: 'eth0', family: 'inet', table: 100, since: 5, why: 'no carrier' }
const BOOT = '/proc/sys/kernel/random/boot_id'

let host: FakeHost

beforeEach(() => {
  host = hostWith()
  host.disk.files.set(BOOT, 'one\n')
})

const watch = () => host.disk.locked.add(watchPath(host.edge) ?? '')

describe('what the service has written', () => {
  it('holds while it lives, and is there for the next one', () => {
    expect([writeDeaths(host.edge, [DEATH]), readDeaths(host.edge)]).toEqual([true, []])
    watch()
    expect([readDeaths(host.edge), lastDeaths(host.edge)]).toEqual([[DEATH], [DEATH]])
    host.disk.locked.clear()
    expect([readDeaths(host.edge), lastDeaths(host.edge)]).toEqual([[], [DEATH]])
  })

  it('does not hold by another who reads, and has a share in the lock', () => {
    writeDeaths(host.edge, [DEATH])
    const edge: Edge = { ...host.edge, tryLock: () => 'busy' }
    expect(readDeaths(edge)).toEqual([])
  })

  it('leaves the lock to a service', () => {
    writeDeaths(host.edge, [DEATH])
    let held = 0
    const tryShared = () => {
      held += 1
      const release = () => {
        held -= 1
      }
      return { release }
    }
    readDeaths({ ...host.edge, tryShared })
    expect(held).toBe(0)
  })

  it.each([
    ['a device that no batch could carry', { device: 'eth0 up' }],
    ['another family', { family: 'mpls' }],
    ['a table that is no number', { table: 1.5 }],
    ['a moment that no clock shows', { since: 1e300 }],
    ['a moment before all', { since: -1 }],
    ['no reason', { why: undefined }],
  ])('is nothing with %s', (_, changed) => {
    watch()
    writeDeaths(host.edge, [DEATH, { ...DEATH, ...changed } as Death])
    expect(readDeaths(host.edge)).toEqual([DEATH])
  })

  it('is nothing after a boot, or where somebody else wrote it', () => {
    watch()
    writeDeaths(host.edge, [DEATH])
    const [path = ''] = [...host.disk.files.keys()].filter((file) => file.endsWith('.dead'))
    const text = host.disk.files.get(path) ?? ''
    const read = (changed: string) => {
      host.disk.files.set(path, changed)
      return readDeaths(host.edge)
    }
    expect(read(text.replace('one', 'other'))).toEqual([])
    expect(read('{')).toEqual([])
    expect(read('null')).toEqual([])
    expect(read(text.replace(']', ',{"device":5},null]'))).toEqual([DEATH])
    expect(read(text)).toEqual([DEATH])
  })

  it('asks for no lock where there is none', () => {
    const edge: Edge = { ...host.edge, tryShared: () => expect.unreachable() }
    expect(readDeaths(edge)).toEqual([])
    writeDeaths(host.edge, [])
    expect(readDeaths(edge)).toEqual([])
  })

  it('is told to an ordinary user, who may not try the lock, but to nobody where there are no locks', () => {
    writeDeaths(host.edge, [DEATH])
    const edge: Edge = { ...host.edge, tryShared: () => 'none' }
    expect(readDeaths(edge)).toEqual([DEATH])
    host.disk.files.set(watchPath(host.edge) ?? '', '')
    expect(readDeaths(edge)).toEqual([])
  })
})
