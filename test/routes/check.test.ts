import { createColors } from 'picocolors'
import { describe, expect, it } from 'vitest'
import { about, fail, ok, warn } from '../../src/routes/check/finding.ts'
import { formatFinding } from '../../src/routes/check.ts'

const plain = { colors: createColors(false) }

describe('formatFinding', () => {
  it('gives a point a line and its cure one below, in one column', () => {
    expect(formatFinding(ok('all is well'), plain)).toBe('ok    all is well\n')
    expect(formatFinding(warn('something is odd'), plain)).toBe('warn  something is odd\n')
    const [finding = ok('')] = about('eth1', [fail('it is broken', 'mend it')])
    expect(formatFinding(finding, plain)).toBe('fail  eth1: it is broken\n      mend it\n')
  })

  it('paints the level alone', () => {
    const colors = { colors: createColors(true) }
    expect(formatFinding(fail('x', 'y'), colors)).toBe('\x1b[31mfail\x1b[39m  x\n      y\n')
    expect(formatFinding(ok('x'), colors)).toBe('\x1b[32mok\x1b[39m    x\n')
  })

  it('lets no name command the terminal', () => {
    const [finding = ok('')] = about('e\x1b[2J', [ok('up')])
    expect(formatFinding(finding, plain)).toBe('ok    e?[2J: up\n')
  })
})
