import { describe, expect, it } from 'vitest'
import type { Candidate } from '../../src/plan/candidate.ts'
import { sharePlaces } from '../../src/plan/places.ts'
import type { Endpoint } from '../../src/words/state.ts'

const candidates = (name: string, count: number) =>
  Array.from({ length: count }, (_, i) => ({ address: { local: `${name}${i}` } }) as Candidate)
const endpoints = (first: number, count: number) =>
  Array.from({ length: count }, (_, i) => ({ id: first - i }) as Endpoint)

/** Who gets a place, and the ids of who loses one. */
function shared(groups: [string, number][], others: [number, number][], fixed = 0) {
  const { given, evicted } = sharePlaces(
    groups.map(([name, count]) => candidates(name, count)),
    others.map(([first, count]) => endpoints(first, count)),
    fixed,
  )
  return [given.map(({ address }) => address.local).join(' '), evicted.map(({ id }) => id)]
}

describe('sharePlaces', () => {
  it.each([
    [
      'all where there is room',
      [
        ['a', 2],
        ['b', 1],
      ],
      [],
      0,
      ['a0 b0 a1', []],
    ],
    [
      'one for each uplink before further ones',
      [
        ['a', 5],
        ['b', 1],
      ],
      [],
      5,
      ['a0 b0 a1', []],
    ],
    [
      'further ones in turns',
      [
        ['a', 3],
        ['b', 3],
      ],
      [],
      4,
      ['a0 b0 a1 b1', []],
    ],
    ['the newest of an uplink that holds more', [['a', 1]], [[255, 8]], 0, ['a0', [248]]],
    [
      'as many as the other holds then, and no more',
      [['a', 8]],
      [[255, 8]],
      0,
      ['a0 a1 a2 a3', [248, 249, 250, 251]],
    ],
    [
      'the largest of several',
      [['a', 1]],
      [
        [255, 3],
        [252, 5],
      ],
      0,
      ['a0', [248]],
    ],
    [
      'no one’s only place',
      [['a', 1]],
      [
        [255, 1],
        [254, 1],
      ],
      6,
      ['', []],
    ],
    ['none of a foreigner’s', [['a', 1]], [], 8, ['', []]],
    ['nothing to nobody', [], [[255, 8]], 0, ['', []]],
  ] as const)('gives %s', (_, groups, others, fixed, expected) => {
    const mutable = (pairs: readonly (readonly [unknown, number])[]) => pairs.map((pair) => [...pair])
    expect(
      shared(mutable(groups) as [string, number][], mutable(others) as [number, number][], fixed),
    ).toEqual(expected)
  })

  it('takes no place from one that stands for one of the same right', () => {
    const standing = ({ address }: Candidate, id: number) => ({ address, standing: { id } }) as Candidate
    const [fresh = [], a = [], b = []] = [candidates('new', 2), candidates('a', 2), candidates('b', 1)]
    const held = [a.map((one, i) => standing(one, 255 - i)), b.map((one) => standing(one, 253))]
    const given = (fixed: number) =>
      sharePlaces([fresh, ...held], [], fixed)
        .given.map(({ address }) => address.local)
        .join(' ')
    expect([given(6), given(5), given(4)]).toEqual(['a0 b0', 'a0 b0 new0', 'a0 b0 new0 a1'])
  })

  it('makes room where more stand than the kernel holds now', () => {
    expect(shared([['a', 1]], [[255, 2]], 7)).toEqual(['a0', [254]])
  })
})
