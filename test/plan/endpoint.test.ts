import { describe, expect, it } from 'vitest'
import { type Candidate, planEndpoints } from '../../src/plan/endpoint.ts'
import type { Endpoint, EndpointFlag, Snapshot } from '../../src/words/state.ts'
import { snapshot } from '../captured.ts'

const EMPTY = snapshot('empty')

function candidate(local: string, changes: Partial<Candidate> = {}): Candidate {
  const family = local.includes(':') ? 'inet6' : 'inet'
  const base = { family, device: 'eth1', local, subnet: undefined, peer: undefined } as const
  return {
    ...base,
    temporary: false,
    tentative: false,
    asked: undefined,
    own: true,
    uplink: true,
    ...changes,
  }
}

/** The id of an endpoint that is still to be added. */
const NEW = 0

function endpoint(address: string, flags: EndpointFlag[] = ['subflow'], id = 7): Endpoint {
  return { id: id === NEW ? undefined : id, address, device: 'eth1', flags }
}

/** A kernel with the endpoints, of which all are owned, and some more of others. */
function withEndpoints(endpoints: readonly Endpoint[], others = 0): Snapshot {
  return { ...EMPTY, endpoints, endpointCount: endpoints.length + others }
}

function planned(candidates: Candidate[], standing: Endpoint[] = [], others = 0) {
  return planEndpoints(candidates, standing, withEndpoints(standing, others))
}

describe('an address without an endpoint', () => {
  it.each([
    ['10.1.2.2', {}, ['subflow']],
    ['2001:db8:2::2', {}, ['subflow']],
    ['10.1.2.2', { asked: ['signal', 'backup'] }, ['signal', 'backup']],
    ['10.1.2.2', { asked: [] }, undefined],
    ['10.1.2.2', { uplink: false }, undefined],
    ['10.1.2.2', { uplink: false, asked: ['subflow'] }, ['subflow']],
    ['2001:db8:2::2', { temporary: true }, undefined],
    ['2001:db8:2::2', { temporary: true, asked: ['signal'] }, undefined],
    ['169.254.7.7', { asked: ['subflow'] }, undefined],
    ['fd00:2::2', {}, undefined],
    ['fd00:2::2', { asked: ['subflow'] }, ['subflow']],
  ] as const)('%s with %j gets %s', (local, changes, flags) => {
    const endpoints = flags === undefined ? [] : [{ id: undefined, address: local, device: 'eth1', flags }]
    expect(planned([candidate(local, changes)]).endpoints).toEqual(endpoints)
  })

  it('gets none while MPTCP is off', () => {
    expect(planEndpoints([candidate('10.1.2.2')], [], { ...EMPTY, mptcpEnabled: false }).endpoints).toEqual(
      [],
    )
  })

  it('waits while its detection goes on, if it is to have one', () => {
    const tentative = { tentative: true }
    const plan = planned([candidate('2001:db8:2::2', tentative), candidate('fd00::2', tentative)])
    expect(plan).toEqual({ endpoints: [], waiting: ['2001:db8:2::2'], left: [] })
  })
})

describe('an endpoint that stands', () => {
  const other = endpoint('10.1.2.2', ['signal', 'backup'])

  it('keeps its flags where the stanza is silent', () => {
    expect(planned([candidate('10.1.2.2')], [other]).endpoints).toEqual([other])
  })

  it('without any flags is one that somebody wants so', () => {
    const plain = endpoint('10.1.2.2', [])
    expect(planned([candidate('10.1.2.2')], [plain]).endpoints).toEqual([plain])
  })

  it('counts as absent where it names a device that was pulled', () => {
    const planned7 = planned([candidate('10.1.2.2')], [{ ...other, device: 'eth7' }])
    expect(planned7.endpoints).toEqual([endpoint('10.1.2.2', ['subflow'], NEW)])
  })

  it('may name no device', () => {
    const anywhere = { ...other, device: undefined }
    expect(planned([candidate('10.1.2.2')], [anywhere]).endpoints).toEqual([anywhere])
  })

  it('keeps its flags where another stanza speaks', () => {
    expect(planned([candidate('10.1.2.2', { own: false, asked: ['subflow'] })], [other]).endpoints).toEqual([
      other,
    ])
  })

  it('changes its flags where the stanza says so', () => {
    expect(planned([candidate('10.1.2.2', { asked: ['subflow'] })], [other]).endpoints).toEqual([
      { ...other, flags: ['subflow'] },
    ])
  })

  it('goes where the stanza says none, and where its address is gone', () => {
    expect(planned([candidate('10.1.2.2', { asked: [] })], [other]).endpoints).toEqual([])
    expect(planned([], [other]).endpoints).toEqual([])
  })

  it('stays while MPTCP is off', () => {
    const off = { ...withEndpoints([other]), mptcpEnabled: false }
    expect(planEndpoints([candidate('10.1.2.2')], [other], off).endpoints).toEqual([other])
  })

  it('goes with the way out, unless it is asked for or another stanza has made it', () => {
    const left = (more: Partial<Candidate>) =>
      planEndpoints([candidate('10.1.2.2', { uplink: false, ...more })], [other], withEndpoints([other]))
        .endpoints
    expect(left({})).toEqual([])
    expect(left({ asked: ['signal', 'backup'] })).toEqual([other])
    expect(left({ own: false })).toEqual([other])
  })

  it('of somebody else at the same address is enough', () => {
    expect(planEndpoints([candidate('10.1.2.2')], [], withEndpoints([other])).endpoints).toEqual([])
  })
})

describe('the limit of eight', () => {
  const three = ['10.1.2.2', '10.1.2.3', '10.1.2.4'].map((local) => candidate(local))

  it.each([
    [5, 3, []],
    [6, 2, ['10.1.2.4']],
    [8, 0, ['10.1.2.2', '10.1.2.3', '10.1.2.4']],
    [9, 0, ['10.1.2.2', '10.1.2.3', '10.1.2.4']],
  ])('leaves beside %i of others room for %i', (others, count, left) => {
    const plan = planned(three, [], others)
    expect([plan.endpoints.length, plan.left]).toEqual([count, left])
  })

  it('gives the place of an endpoint that goes to one that comes', () => {
    expect(planned(three.slice(0, 1), [endpoint('10.1.2.9')], 7)).toMatchObject({
      endpoints: [{ address: '10.1.2.2' }],
      left: [],
    })
  })
})
