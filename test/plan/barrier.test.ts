import { describe, expect, it } from 'vitest'
import { commandsOf, ETH0, ETH1, PAGE, planOf, rulesOf, stanza, T1, world } from './worlds.ts'

const GIVEN = { IF_ADDRESS: '10.1.2.2/24', IF_MPTCP_GATEWAY: '10.1.2.1' }
const ASKED = [stanza('eth1', GIVEN)]
const BARRIER = 'from 10.1.2.2 unreachable priority 31001 protocol 77'

/** The commands about barriers that a run for eth1 would make. */
const barriers = (lines: readonly string[], question: Parameters<typeof planOf>[1] = {}) =>
  commandsOf(planOf(world(PAGE, ...lines), { stanzas: ASKED, ...question })).filter((text) =>
    text.includes('unreachable'),
  )

describe('a barrier', () => {
  it('stands behind the source rule of a way out, and of no other', () => {
    expect(barriers([])).toEqual([`ip rule add ${BARRIER}`])
    expect(barriers([], { stanzas: [stanza('eth1', { ...GIVEN, IF_MPTCP_GATEWAY: 'none' })] })).toEqual([])
    expect(barriers([ETH1], { stanzas: [stanza('eth1', { ...GIVEN, IF_MPTCP_GATEWAY: 'none' })] })).toEqual([
      `ip rule delete ${BARRIER}`,
    ])
  })

  it('is added to what an earlier version has left, of the run’s own device', () => {
    const earlier = [ETH0, ETH1].map((text) => text.replace(/^ *barrier .*$/m, ''))
    expect(barriers(earlier)).toEqual([`ip rule add ${BARRIER}`])
  })

  it('moves with its source rule', () => {
    expect(barriers([ETH1], { stanzas: [stanza('eth1', { ...GIVEN, IF_MPTCP_PRIORITY: '500' })] })).toEqual([
      'ip rule add from 10.1.2.2 unreachable priority 501 protocol 77',
      `ip rule delete ${BARRIER}`,
    ])
  })

  it('of another device stays as it stands', () => {
    const low = ETH0.replace(/lookup \d+/, '$& priority 700').replace(
      'barrier from 10.1.1.2',
      '$& priority 701',
    )
    expect(barriers([low, ETH1])).toEqual([])
  })

  it('without its source rule goes, unless another run may be about to see to it', () => {
    const lone = ETH0.replace(/^ *rule .*$/m, '')
    expect(barriers([lone, ETH1])).toEqual([])
    expect(barriers([ETH1, 'barrier from 10.1.2.2 priority 77'])).toEqual([
      'ip rule delete from 10.1.2.2 unreachable priority 77 protocol 77',
    ])
    const gone = `${ETH1}\nbarrier from 10.1.2.99`
    expect(barriers([gone])).toEqual([])
    expect(barriers([gone], { orphans: true })).toEqual([
      'ip rule delete from 10.1.2.99 unreachable priority 31001 protocol 77',
    ])
  })

  it('tells of a source rule that somebody has deleted: the endpoint is still ours', () => {
    const lone = ETH1.replace(/^ *(rule|companion) .*$/gm, '')
    const off = planOf(world(PAGE, lone), { stanzas: [stanza('eth1', { ...GIVEN, IF_MPTCP: 'off' })] })
    expect(commandsOf(off)).toContain('ip mptcp endpoint delete id 255')
  })

  it('is what a rule of somebody else that says the same is not', () => {
    expect(
      rulesOf(planOf(world(PAGE, 'foreign from 10.1.2.2 unreachable priority 31001'), { stanzas: ASKED })),
    ).toEqual(['30999 10.1.2.2 main/7', `31000 10.1.2.2 ${T1}`, '31001 10.1.2.2 unreachable'])
  })
})
