import { describe, expect, it } from 'vitest'
import { parseConfiguration } from '../../../src/ask/configuration.ts'
import { lookAndMend } from '../../../src/routes/watch/look.ts'
import type { Edge } from '../../../src/words/edge.ts'
import { type FakeHost, hostWith, PAGE, stateOf } from '../../fake-host.ts'

const BOTH = '[eth0]\nmptcp-gateway = 10.1.1.1\n[eth1]\nmptcp-gateway = 10.1.2.1\n'
const FIRST = '[eth0]\nmptcp-gateway = 10.1.1.1\n'

function lookAt(host: FakeHost, configuration: string, former: readonly string[] = []) {
  const edge: Edge = { ...host.edge, tryLock: () => 'none' }
  const { sections } = parseConfiguration(configuration, 'test')
  const nobody: ReadonlySet<string> = new Set()
  const holds = { held: nobody, contested: nobody }
  const rest = { deaths: () => [], command: () => {} }
  const look = lookAndMend({ edge, env: {}, sections, former, ...holds, ...rest })
  if (look === 'busy') {
    throw new Error('nobody holds the lock')
  }
  return look
}

describe('a section that is taken out', () => {
  it('takes with it what stands on its devices, as if it had never been', () => {
    const host = hostWith(...PAGE)
    const never = hostWith(...PAGE)
    const { named } = lookAt(host, BOTH)
    lookAt(host, FIRST, named)
    lookAt(never, FIRST)
    expect(named).toEqual(['eth0', 'eth1'])
    expect(stateOf(host)).toBe(stateOf(never))
  })

  it('leaves what stands on a device that none has named', () => {
    const host = hostWith(...PAGE)
    lookAt(host, BOTH)
    const before = stateOf(host)
    expect(lookAt(host, FIRST).made).toEqual([])
    expect(stateOf(host)).toBe(before)
  })

  it('is remembered as long as the device is there', () => {
    const host = hostWith(...PAGE)
    expect(lookAt(host, FIRST, ['eth1', 'wwan0']).named).toEqual(['eth0', 'eth1'])
  })
})
