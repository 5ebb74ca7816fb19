import { describe, expect, it } from 'vitest'
import { commandLine, listed } from '../../src/routes/words.ts'

describe('commandLine', () => {
  it('quotes what a shell would take for something else, and nothing more', () => {
    expect(commandLine('ip', 'link', 'set', 'dev', "a'b;c", 'group', 77)).toBe(
      "ip link set dev 'a'\\''b;c' group 77",
    )
    expect(commandLine('sysctl', '-w', 'net/ipv4/conf/eth0.5/x=1')).toBe('sysctl -w net/ipv4/conf/eth0.5/x=1')
  })
})

describe('listed', () => {
  it.each([
    [[], ''],
    [['a'], 'a'],
    [['a', 'b'], 'a and b'],
    [['a', 'b', 'c'], 'a, b and c'],
    [['a', 'b', 'c', 'd', 'e'], 'a, b, c and 2 more'],
  ])('%j', (items, text) => {
    expect(listed(items)).toBe(text)
  })
})
