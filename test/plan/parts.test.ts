import { describe, expect, it } from 'vitest'
import { ETH1, PAGE, planOf, type Question, stanza, stanza6, T1, type Variables, world } from './worlds.ts'

const GIVEN = { IF_ADDRESS: '10.1.2.2/24', IF_GATEWAY: '10.1.2.1' }
const plan = (lines: string, variables: Variables = {}, question: Question = {}) =>
  planOf(world(PAGE, lines), { stanzas: [stanza('eth1', { ...GIVEN, ...variables })], ...question })

describe('the link group', () => {
  const group = (...args: Parameters<typeof plan>) => plan(...args).wanted.groups.get('eth1')
  const SIX = `addr 2001:db8:2::2/64 dev eth1\nroute default via fe80::1 dev eth1 table ${T1} proto 77`

  it.each([
    ['is 77 for an uplink', group(''), 77],
    ['stays as it is', group('link eth1 group 77'), undefined],
    ['of somebody else stays', group('link eth1 group 5'), undefined],
    ['is not touched on a LAN', group('', { IF_GATEWAY: '' }), undefined],
    ['is not touched with "none"', group('', { IF_MPTCP_GATEWAY: 'none' }), undefined],
    ['goes with the way out', group('link eth1 group 77', { IF_GATEWAY: '' }), 0],
    ['goes with what stood', group(ETH1, {}, { stanzas: [] }), 0],
    [
      'stays with a way out of the other family',
      group(`link eth1 group 77\n${SIX}`, {}, { stanzas: [], families: ['inet'] }),
      undefined,
    ],
    [
      'stays where IPv4 was not read',
      group('families inet6\nlink eth1 group 77', {}, { stanzas: [stanza6('eth1')] }),
      undefined,
    ],
  ])('%s', (_, found, expected) => {
    expect(found).toBe(expected)
  })

  it('of somebody else is told of', () => {
    expect(plan('link eth1 group 5').notices).toEqual([
      'the link is in group 5, set by somebody else, and stays there: only uplinks in group 77 are kept apart where two have the same subnet',
    ])
    expect(plan('link eth1 group 5', { IF_GATEWAY: '' }).notices).toEqual([])
  })
})

describe('the limits', () => {
  const limits = (lines: string, flags = 'subflow') => {
    const { wanted } = plan(lines, { IF_MPTCP_ENDPOINT: flags })
    return wanted.limits && [wanted.limits.subflows, wanted.limits.addAddrAccepted]
  }
  const others = (count: number) =>
    Array.from({ length: count }, (_, i) => `endpoint 192.0.2.${i + 1} id ${i + 1} subflow`).join('\n')

  it.each([
    ['limits 0 0', 'subflow', [1, 0]],
    ['limits 2 0', 'subflow', [2, 0]],
    ['limits 8 3', 'subflow', [8, 3]],
    [`limits 2 0\n${others(4)}`, 'subflow', [5, 0]],
    [`limits 2 0\n${others(7)}`, 'subflow', [8, 0]],
    [`limits 2 0\n${others(4)}`, 'fullmesh', [5, 5]],
    [`limits 2 7\n${others(4)}`, 'fullmesh', [5, 7]],
    ['limits 2 0', 'laminar', [2, 1]],
    [`limits 2 0\n${ETH1}`, 'subflow', [2, 0]],
    ['limits 0 0', 'none', undefined],
  ])('%j with %s become %j: as many subflows as endpoints, never lower', (lines, flags, expected) => {
    expect(limits(lines, flags)).toEqual(expected)
  })

  it('that could not be read stay', () => {
    const snapshot = { ...world(PAGE), limits: undefined }
    expect(planOf(snapshot, { stanzas: [stanza('eth1', GIVEN)] }).wanted.limits).toBeUndefined()
  })
})
