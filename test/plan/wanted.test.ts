import { describe, expect, it } from 'vitest'
import type { Address, Snapshot } from '../../src/words/state.ts'
import { deriveTable } from '../../src/words/table.ts'
import { byHand, environment, event, plan, snapshot } from '../captured.ts'

const GATEWAYS = { IF_GATEWAYS: '10.1.2.1 2001:db8:2::1' }
const T1 = deriveTable('eth1')

describe('up', () => {
  it("is the page's second uplink", () => {
    const stanza = environment('static')
    const { wanted, notices } = plan(event(stanza), snapshot('dual-stack', ['inet']))
    expect(notices).toEqual([])
    expect(wanted).toMatchObject({
      rules: [
        { kind: 'companion', from: '10.1.2.2', table: 254, priority: 30999 },
        { kind: 'source', from: '10.1.2.2', table: T1, priority: 31000 },
      ],
      routes: [
        { destination: '10.1.2.0/24', gateway: undefined, table: T1 },
        { destination: 'default', gateway: '10.1.2.1', table: T1 },
      ],
      endpoints: [{ address: '10.1.2.2', device: 'eth1', flags: ['subflow'] }],
      group: 77,
    })
  })

  it('plans from the stanza alone for a device that is not there', () => {
    const { wanted, notices } = plan(event(environment('static')), snapshot('no-device', ['inet']))
    expect([wanted.rules.length, wanted.routes.length, wanted.endpoints.length]).toEqual([2, 2, 1])
    expect(notices).toEqual([
      'address "10.1.2.2" is not on the device: used as given (set by IF_ADDRESS in the iface stanza)',
    ])
  })

  it('wants nothing of a device without global addresses', () => {
    expect(plan(byHand(), 'empty').wanted).toEqual({
      ...{ rules: [], routes: [], endpoints: [] },
      ...{ group: undefined, subflows: undefined },
    })
  })

  it('makes no endpoint without a way out, and does not put the link into the group', () => {
    expect(plan(byHand(), snapshot('temporary')).wanted).toMatchObject({ endpoints: [], group: undefined })
  })

  it('gives temporary addresses rules and no endpoint', () => {
    const { wanted } = plan(byHand(GATEWAYS), 'temporary')
    expect(wanted.rules).toHaveLength(4)
    expect(wanted.endpoints.map(({ address }) => address)).toEqual(['2001:db8:2::2'])
  })

  it('names the addresses whose endpoint has to wait', () => {
    expect(plan(byHand(GATEWAYS), 'tentative')).toMatchObject({
      waiting: ['2001:db8:2::2', '2001:db8:2::3'],
      wanted: { endpoints: [], rules: expect.objectContaining({ length: 4 }) },
    })
  })
})

describe('the link group', () => {
  const inGroup = (group: number): Snapshot => ({
    ...snapshot('endpoints'),
    link: { group, pointToPoint: false },
  })

  it.each([
    [0, 77, []],
    [77, 77, []],
    [
      5,
      undefined,
      [
        'the link is in group 5, set by somebody else, and stays there: only uplinks in group 77 are kept apart where two have the same subnet',
      ],
    ],
  ])('%i becomes %s', (group, wanted, notices) => {
    const planned = plan(byHand({ IF_GATEWAY: '10.1.2.1' }), inGroup(group))
    expect([planned.wanted.group, planned.notices]).toEqual([wanted, notices])
  })
})

describe('the limit of subflows', () => {
  const withLimit = (subflows: number | undefined, others: number): Snapshot => {
    return { ...snapshot('dual-stack'), subflows, endpointCount: others }
  }

  it.each([
    [0, 0, 2],
    [1, 0, 2],
    [2, 0, undefined],
    [8, 0, undefined],
    [2, 3, 5],
    [2, 6, 8],
    [2, 9, undefined],
    [undefined, 0, undefined],
  ])('from %s beside %i endpoints of others becomes %s', (standing, others, limit) => {
    expect(plan(byHand(), withLimit(standing, others)).wanted.subflows).toBe(limit)
  })
})

describe('MPTCP', () => {
  it.each([
    ['off', false],
    ['not in the kernel', false],
  ])('%s: rules and routes, no endpoint, a line for -v', (_, enabled) => {
    const seen = snapshot('dual-stack', ['inet6', 'inet'], enabled)
    const { wanted, details, notices } = plan(byHand(), seen)
    expect([wanted.rules.length, wanted.endpoints.length, wanted.subflows]).toEqual([4, 0, undefined])
    expect(details).toEqual(['MPTCP is off in the kernel (sysctl net.mptcp.enabled): no endpoint is made'])
    expect(notices).toEqual([])
  })

  it('tells of the ninth endpoint', () => {
    const full = { ...snapshot('dual-stack', ['inet']), endpointCount: 8 }
    expect(plan(byHand({ ADDRFAM: 'inet' }), full).notices).toEqual([
      'address 10.1.2.2 gets no endpoint: the kernel holds 8 at most',
    ])
  })
})

describe('down', () => {
  const seen = snapshot('one-uplink')

  it.each([
    ['eth1', {}, 0],
    ['eth1:1', {}, undefined],
    ['eth1', { ADDRFAM: 'inet' }, undefined],
    ['eth1', { ADDRFAM: 'inet6' }, undefined],
  ])('of %s with %j wants nothing, and the group %s', (IFACE, env, group) => {
    expect(plan(event({ IFACE, ...env }, 'down'), seen)).toMatchObject({
      wanted: { rules: [], routes: [], endpoints: [], group, subflows: undefined },
      ...{ notices: [], details: [], waiting: [] },
    })
  })

  it('of the last family leaves the group', () => {
    const last = {
      ...seen,
      rules: seen.rules.filter(({ family }) => family === 'inet'),
      routes: seen.routes.filter(({ family }) => family === 'inet'),
    }
    expect(plan(byHand({ ADDRFAM: 'inet' }, 'down'), last).wanted.group).toBe(0)
  })

  it.each([0, 5])('leaves a link in group %i alone', (group) => {
    const other: Snapshot = { ...seen, link: { group, pointToPoint: false } }
    expect(plan(byHand({}, 'down'), other).wanted.group).toBeUndefined()
  })
})

it('takes an address of two devices for neither where the rule is in doubt', () => {
  const seen = snapshot('dual-stack', ['inet'])
  const other = { ...(seen.addresses.at(-1) as Address), device: 'eth0' }
  const planned = plan(byHand({ ADDRFAM: 'inet' }), { ...seen, addresses: [...seen.addresses, other] })
  expect(planned.wanted.rules).toHaveLength(2)
})
