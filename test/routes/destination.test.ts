import { describe, expect, it } from 'vitest'
import { unusedNetwork } from '../../src/routes/destination.ts'
import { PAGE, world } from '../plan/worlds.ts'

const hostOf = (...lines: string[]) => unusedNetwork(world(PAGE, ...lines), 'inet')?.hosts[0]

describe('unusedNetwork', () => {
  it('is one for documentation where nobody uses that', () => {
    expect(unusedNetwork(world(PAGE), 'inet')).toEqual({ hosts: ['203.0.113.1', '203.0.113.2'], length: 30 })
    expect(unusedNetwork(world(PAGE), 'inet6')).toEqual({
      hosts: ['2001:db8:ffff::1', '2001:db8:ffff::2'],
      length: 126,
    })
  })

  it.each([
    ['a route to all of it', 'route 203.0.113.0/24 dev eth0'],
    ['a route to a part of it', 'route 203.0.113.2 dev eth0'],
    ['a route of another table', 'route 203.0.113.0/24 dev eth0 table 100'],
    ['an error', 'route blackhole 203.0.113.0/24'],
    ['an address', 'addr 203.0.113.2/32 dev eth0'],
    ['a rule', 'foreign from all to 203.0.113.0/24 lookup 100 priority 5'],
  ])('is another where it is in use: %s', (_, line) => {
    expect(hostOf(line)).toBe('198.51.100.1')
  })

  it('passes over defaults and their halves, which are what is asked about', () => {
    expect(hostOf('route 128.0.0.0/1 dev eth1', 'route default dev eth1 table 9')).toBe('203.0.113.1')
  })

  it('is somewhere else where all those are in use, and nowhere where everything is', () => {
    const used = ['203.0.113.0/24', '198.51.100.0/24', '192.0.2.0/24'].map((net) => `route ${net} dev eth0`)
    expect(hostOf(...used)).toBe('11.99.99.1')
    const all = Array.from({ length: 128 }, (_, i) => `route ${i * 2}.0.0.0/8 dev eth0`)
    const odd = Array.from({ length: 128 }, (_, i) => `route ${i * 2 + 1}.0.0.0/8 dev eth0`)
    expect(hostOf(...all, ...odd)).toBeUndefined()
  })
})
