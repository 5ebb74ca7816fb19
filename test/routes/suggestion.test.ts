import { describe, expect, it } from 'vitest'
import { similarCommand } from '../../src/routes/suggestion.ts'

const COMMANDS = ['status', 'check', 'top', 'plan', 'apply', 'flush', 'watch']

describe('similarCommand', () => {
  it.each([
    ['stauts', 'status'],
    ['chek', 'check'],
    ['applu', 'apply'],
    ['pln', 'plan'],
    ['eth9', undefined],
    ['wlp2s0', undefined],
    ['--aply', undefined],
    ['', undefined],
  ])('%s: %s', (word, command) => {
    expect(similarCommand(word, COMMANDS)).toBe(command)
  })

  it('suggests nothing where there is nothing', () => {
    expect(similarCommand('stauts', [])).toBeUndefined()
  })
})
