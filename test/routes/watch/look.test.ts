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

describe('what cannot be done, and costs nothing else', () => {
  it('is no change, and is told', () => {
    const host = hostWith(...PAGE)
    const edge: Edge = { ...host.edge, writeSysctl: () => 'EACCES' }
    const { made, undone, refused } = lookAt({ ...host, edge }, FIRST)
    const kinds = new Set(made.map(({ change }) => change.kind))
    expect([kinds.has('rule'), kinds.has('setting'), refused.size]).toEqual([true, false, 0])
    expect(undone).toEqual(['not done: "sysctl -w net.ipv4.conf.eth0.ignore_routes_with_linkdown=1": EACCES'])
    const again = lookAt({ ...host, edge }, FIRST)
    expect([again.made, again.undone]).toEqual([[], undone])
  })

  it('is told of each device, where another one is refused', () => {
    const host = hostWith(...PAGE)
    const edge: Edge = {
      ...host.edge,
      writeSysctl: () => 'EACCES',
      ip: (args, input) =>
        input.includes('rule add from 10.1.2.2')
          ? {
              status: 2,
              stdout: '',
              stderr: 'RTNETLINK answers: No buffer space available\nCommand failed -:1\n',
            }
          : host.edge.ip(args, input),
    }
    const { undone, refused } = lookAt({ ...host, edge }, BOTH)
    expect([...refused.keys()]).toEqual(['eth1'])
    expect(undone).toEqual([expect.stringContaining('conf.eth0.')])
  })
})
