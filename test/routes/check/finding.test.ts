import { describe, expect, it } from 'vitest'
import { about, fail, ok } from '../../../src/routes/check/finding.ts'

describe('about', () => {
  it('names the device of each', () => {
    expect(about('eth1', [ok('a'), fail('b', 'c')])).toEqual([
      { level: 'ok', what: 'a', device: 'eth1' },
      { level: 'fail', what: 'b', cure: 'c', device: 'eth1' },
    ])
  })
})
