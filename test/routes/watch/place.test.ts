import { expect, it } from 'vitest'
import { watchPath } from '../../../src/ask/records.ts'
import { takePlace } from '../../../src/routes/watch/place.ts'
import type { Edge } from '../../../src/words/edge.ts'
import { hostWith } from '../../fake-host.ts'

it('is taken from a run that has the lock for a moment, to read who is dead', () => {
  const { edge, disk } = hostWith()
  const path = watchPath(edge) ?? ''
  disk.locked.add(path)
  let slept = 0
  const sleep = (milliseconds: number) => {
    slept += milliseconds
    if (slept >= 500) {
      disk.locked.clear()
    }
  }
  expect(takePlace({ ...edge, sleep })).not.toBe('none')
  expect([slept, [...disk.locked]]).toEqual([500, [path]])
})

it('of another watcher is not to be had, which is known after a second', () => {
  const { edge, disk } = hostWith()
  disk.locked.add(watchPath(edge) ?? '')
  let slept = 0
  const sleep: Edge['sleep'] = (milliseconds) => {
    slept += milliseconds
  }
  expect(() => takePlace({ ...edge, sleep })).toThrow(
    'another mptcp-routes watch works in this network namespace (it holds /run/mptcp-routes/4-4026531840.watch)',
  )
  expect(slept).toBe(1000)
})

it('is none where there are no locks', () => {
  const { edge, disk } = hostWith()
  disk.writable = false
  expect(takePlace(edge)).toBe('none')
})
