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

  it('leaves the lock of a service to come free', () => {
    writeDeaths(host.edge, [DEATH])
    readDeaths(host.edge)
    expect([...host.disk.locked]).toEqual([])
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
    const edge: Edge = { ...host.edge, tryLock: () => expect.unreachable() }
    expect(readDeaths(edge)).toEqual([])
    writeDeaths(host.edge, [])
    expect(readDeaths(edge)).toEqual([])
  })

  it('is told to an ordinary user, who may not try the lock, but to nobody where there are no locks', () => {
    writeDeaths(host.edge, [DEATH])
    const edge: Edge = { ...host.edge, tryLock: () => 'none' }
    expect(readDeaths(edge)).toEqual([DEATH])
    host.disk.files.set(watchPath(host.edge) ?? '', '')
    expect(readDeaths(edge)).toEqual([])
  })
})
