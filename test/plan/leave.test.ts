import { describe, expect, it } from 'vitest'
import { planLeave } from '../../src/plan/leave.ts'
import { commandsOf, ETH0, ETH1, hostOf, PAGE, stanza, T1, world } from './worlds.ts'

const SIX = `
  addr 2001:db8:2::2/64 dev eth1
  addr 10.1.2.3/24 dev eth1
  rule from 2001:db8:2::2 lookup ${T1}
  rule from 10.1.2.3 lookup ${T1}
  endpoint 2001:db8:2::2 id 253 subflow dev eth1
  endpoint 10.1.2.3 id 252 subflow dev eth1
  endpoint 10.1.2.2 id 7 signal dev eth1
`
const leave = (addresses?: string[]) => {
  const host = hostOf(world(PAGE, ETH0, ETH1, SIX), { stanzas: [stanza('eth1')] })
  return commandsOf(planLeave(host, 'eth1', addresses && new Set(addresses))).map((text) =>
    text.replace('ip mptcp endpoint ', ''),
  )
}

describe('planLeave', () => {
  it('takes all endpoints of ours of the device, of both families, and nothing else', () => {
    expect(leave()).toEqual(['delete id 255', 'delete id 253', 'delete id 252'])
  })

  it('takes those of an alias’s addresses', () => {
    expect([leave(['10.1.2.3']), leave([])]).toEqual([['delete id 252'], []])
  })
})
