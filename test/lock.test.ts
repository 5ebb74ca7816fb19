import { describe, expect, it } from 'vitest'
import { locked } from '../src/lock.ts'
import { event, refusalOf } from './captured.ts'
import { hostWith, ifup, PAGE, recordsOf, run, stateOf } from './fake-host.ts'

const PATH = '/run/mptcp-routes/4-4026531840.lock'

function work(host = hostWith(), edge = host.edge) {
  const notices: string[] = []
  let held: readonly string[] = []
  const refusal = refusalOf(() =>
    locked(
      edge,
      (text) => notices.push(text),
      () => {
        held = [...host.disk.locked]
      },
    ),
  )
  return { refusal, notices, held, after: [...host.disk.locked] }
}

describe('locked', () => {
  it('holds the lock while the work is done', () => {
    expect(work()).toEqual({ refusal: 'not refused', notices: [], held: [PATH], after: [] })
  })

  it('lets go of it when the work fails', () => {
    const host = hostWith()
    expect(() =>
      locked(
        host.edge,
        () => {},
        () => {
          throw new Error('x')
        },
      ),
    ).toThrow('x')
    expect([...host.disk.locked]).toEqual([])
  })

  it('gives up with a message where another run holds it', () => {
    const host = hostWith()
    host.disk.locked.add(PATH)
    expect(work(host)).toMatchObject({
      refusal: `Refusal: another run holds the lock ${PATH} for 30 s already: see what it waits for`,
      held: [],
    })
  })

  it('goes on without, with a notice, where there is no flock, no /run or no /proc', () => {
    const notices = ['there is no lock (flock of util-linux, and /run): a run beside this one may interfere']
    const host = hostWith()
    expect(work(host, { ...host.edge, lock: () => 'none' })).toMatchObject({
      refusal: 'not refused',
      notices,
    })
    expect(work(host, { ...host.edge, networkNamespace: () => undefined })).toMatchObject({
      refusal: 'not refused',
      notices,
    })
  })
})

describe('a run', () => {
  const TENTATIVE = 'addr add 2001:db8:2::2/64 dev eth1'
  const ROUTER = { IFACE: 'eth1', ADDRFAM: 'inet6', PHASE: 'post-up', IF_GATEWAY: '2001:db8:2::1' }

  it('changes nothing, and records nothing, while another one holds the lock', () => {
    const host = hostWith(...PAGE)
    host.disk.locked.add(PATH)
    const before = stateOf(host)
    const { refusal, lines } = run(host, ifup())
    expect([refusal.startsWith(`Refusal: another run holds the lock ${PATH}`), lines]).toEqual([true, []])
    expect([stateOf(host), recordsOf(host).stanzas]).toEqual([before, []])
  })

  it('hears once that there is none, and goes on', () => {
    const host = hostWith(...PAGE)
    const { refusal, told, lines } = run(host, ifup(), { edge: { lock: () => 'none' } })
    expect([refusal, told, lines.length]).toEqual([
      'not refused',
      ['there is no lock (flock of util-linux, and /run): a run beside this one may interfere'],
      8,
    ])
  })

  it('does not hold it while it waits for detection, and takes it anew behind that', () => {
    const host = hostWith(...PAGE, TENTATIVE)
    const moments: string[] = []
    const sleep = (milliseconds: number) => {
      moments.push(`wait ${host.disk.locked.size}`)
      host.edge.sleep(milliseconds)
    }
    const lock = (path: string) => {
      moments.push('lock')
      return host.edge.lock(path)
    }
    run(host, event(ROUTER), { edge: { sleep, lock } })
    expect(moments.filter((moment, i) => moment !== moments[i - 1])).toEqual(['lock', 'wait 0', 'lock'])
  })
})

it('hears once that there is no lock, though a run that waits takes it twice', () => {
  const host = hostWith(...PAGE, 'addr add 2001:db8:2::2/64 dev eth1')
  const asked = event({ IFACE: 'eth1', ADDRFAM: 'inet6', PHASE: 'post-up', IF_GATEWAY: '2001:db8:2::1' })
  expect(run(host, asked, { edge: { lock: () => 'none' } }).told).toHaveLength(1)
})
