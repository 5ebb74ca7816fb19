import { describe, expect, it } from 'vitest'
import { locked } from '../src/lock.ts'
import { refusalOf } from './captured.ts'
import { hostWith } from './fake-host.ts'

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
