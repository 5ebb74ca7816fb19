import { expect, it } from 'vitest'
import { openGate } from '../../../../src/routes/watch/probe/gate.ts'

it('lets so many in at one time, the others in their order', () => {
  const gate = openGate(2)
  const inside: string[] = []
  const leaves = new Map<string, () => void>()
  const enter = (name: string) =>
    gate.enter((leave) => {
      inside.push(name)
      leaves.set(name, leave)
    })
  const giveUps = ['a', 'b', 'c', 'd', 'e'].map(enter)
  expect(inside).toEqual(['a', 'b'])
  giveUps[3]?.()
  giveUps[0]?.()
  leaves.get('b')?.()
  leaves.get('a')?.()
  expect(inside).toEqual(['a', 'b', 'c', 'e'])
  leaves.get('c')?.()
  enter('f')
  enter('g')
  expect(inside).toEqual(['a', 'b', 'c', 'e', 'f'])
})
