import { describe, expect, it } from 'vitest'
import { type LineAnswer, parseAnswers } from '../../src/kernel/batch.ts'
import { parseSnapshot, questions, type Reply } from '../../src/kernel/snapshot.ts'
import type { Family } from '../../src/words/state.ts'
import { BOTH, readDialogues, refusalOf, snapshot } from '../captured.ts'

const KERNELS = [
  'dual-stack',
  'empty',
  'endpoints',
  'foreign',
  'multipath',
  'no-device',
  'one-uplink',
  'temporary',
]
const SOURCE = { kind: 'source', family: 'inet', from: '10.1.2.2', table: 1001, priority: 31000 }
const COMPANION = { kind: 'companion', family: 'inet', from: '10.1.2.2', table: 254, priority: 30999 }

describe('questions', () => {
  it.each(KERNELS)('are the ones that kernel %s has answered', (kernel) => {
    const asked = questions(BOTH, 'eth1', true).map(({ family, lines }) => [family, [...lines.values()]])
    const { inet6, inet } = readDialogues(kernel)
    expect(asked).toEqual([
      ['inet6', inet6?.input],
      ['inet', inet?.input],
    ])
  })

  it('read rules before addresses, so that a rule just added is never an orphan', () => {
    for (const { lines } of questions(BOTH, 'eth1', true)) {
      expect([...lines.keys()].slice(0, 2)).toEqual(['rules', 'addresses'])
    }
  })

  it('leave MPTCP out where the kernel has none, and ask once in all for what has no family', () => {
    expect([...(questions(['inet'], 'eth1', false)[0]?.lines.keys() ?? [])]).not.toContain('endpoints')
    const topics = questions(BOTH, 'eth1', true).flatMap(({ lines }) => [...lines.keys()])
    expect(topics.filter((topic) => ['link', 'endpoints', 'limits'].includes(topic))).toHaveLength(3)
  })
})

describe('a snapshot of a real kernel', () => {
  it('is all but empty without addresses', () => {
    expect(snapshot('empty')).toMatchObject({
      link: { group: 0, pointToPoint: false },
      addresses: [],
      rules: [],
      routes: [],
      endpoints: [],
      endpointCount: 0,
      mptcpEnabled: true,
    })
  })

  it('knows what the device carries and what leads through it', () => {
    const { addresses, foreignRoutes } = snapshot('dual-stack')
    const seen = addresses.map(({ device, local, subnet }) => [device, local, subnet])
    expect(seen).toEqual([
      ['eth1', '2001:db8:2::2', '2001:db8:2::/64'],
      ['eth0', '10.1.1.2', undefined],
      ['eth1', '10.1.2.2', '10.1.2.0/24'],
    ])
    const defaults = foreignRoutes.filter(({ destination }) => destination === 'default')
    expect(defaults).toEqual([
      {
        ...{ family: 'inet6', table: 254, destination: 'default', gateway: '2001:db8:2::1' },
        ...{ device: 'eth1', metric: 1024, onlink: false },
      },
      {
        ...{ family: 'inet', table: 254, destination: 'default', gateway: '10.1.2.1' },
        ...{ device: 'eth1', metric: 200, onlink: false },
      },
    ])
  })

  it('knows what is ours', () => {
    const { rules, routes, endpoints, link, subflows, foreignRoutes } = snapshot('one-uplink')
    expect(rules).toEqual([
      { ...COMPANION, family: 'inet6', from: '2001:db8:2::2' },
      { ...SOURCE, family: 'inet6', from: '2001:db8:2::2' },
      COMPANION,
      SOURCE,
    ])
    expect(
      routes.map(({ family, table, destination, gateway, metric }) => [
        family,
        table,
        destination,
        gateway,
        metric,
      ]),
    ).toEqual(
      expect.arrayContaining([
        ['inet6', 1001, '2001:db8:2::/64', undefined, 1024],
        ['inet6', 1001, 'fe80::/64', undefined, 1024],
        ['inet6', 1001, 'default', '2001:db8:2::1', 1024],
        ['inet', 1001, '10.1.2.0/24', undefined, 0],
        ['inet', 1001, 'default', '10.1.2.1', 0],
      ]),
    )
    expect(routes).toHaveLength(5)
    expect(foreignRoutes.filter(({ table }) => table === 1001)).toEqual([])
    expect(endpoints).toEqual([
      { id: 1, address: '10.1.2.2', device: 'eth1', flags: ['subflow'] },
      { id: 2, address: '2001:db8:2::2', device: 'eth1', flags: ['subflow'] },
    ])
    expect([link?.group, subflows]).toEqual([77, 2])
  })

  it('sees IPv6 routes of ours where only IPv4 is asked', () => {
    const families = snapshot('one-uplink', ['inet']).routes.map(({ family }) => family)
    expect([...new Set(families)].sort()).toEqual(['inet', 'inet6'])
  })

  it('passes over every rule that has our number and another shape', () => {
    expect(snapshot('foreign').rules).toEqual([SOURCE])
  })

  it('tells routes of ours from those of others in the same table', () => {
    const { routes, foreignRoutes } = snapshot('foreign')
    expect(routes).toMatchObject([{ table: 1001, gateway: '10.1.2.1', metric: 5 }])
    expect(foreignRoutes).toContainEqual(
      expect.objectContaining({ table: 1001, gateway: '10.1.2.9', metric: 0 }),
    )
  })

  it('knows peers, and the subnet behind one', () => {
    expect(snapshot('peer').addresses.map(({ local, peer, subnet }) => [local, peer, subnet])).toEqual([
      ['2001:db8:9::2', '2001:db8:9::1', '2001:db8:9::1'],
      ['10.9.0.2', '10.9.0.1', '10.9.0.1'],
      ['10.8.0.2', '10.8.1.0', '10.8.1.0/24'],
    ])
  })

  it('knows a point-to-point link', () => {
    expect(snapshot('tunnel')).toMatchObject({
      link: { pointToPoint: true },
      addresses: [{ local: '10.9.0.2', subnet: undefined }],
    })
  })

  it("takes the device's next hops out of main's multipath defaults", () => {
    const { foreignRoutes } = snapshot('multipath')
    expect(foreignRoutes.filter(({ destination }) => destination === 'default')).toMatchObject([
      { family: 'inet6', gateway: '2001:db8:2::1', device: 'eth1', metric: 512 },
      { family: 'inet', gateway: '10.1.2.1', device: 'eth1', metric: 0 },
    ])
  })

  it('reads on-link gateways, gateways of the other family, and no route that carries no traffic', () => {
    const { routes, foreignRoutes } = snapshot('next-hops')
    expect(
      foreignRoutes.filter(({ family, destination }) => family === 'inet' && destination === 'default'),
    ).toMatchObject([
      { gateway: 'fe80::1', onlink: false, metric: 0 },
      { gateway: '192.0.2.1', onlink: true, metric: 7 },
    ])
    expect(routes).toEqual([])
    expect(foreignRoutes.filter(({ table }) => table === 255)).toEqual([])
  })

  it('knows temporary addresses', () => {
    const [temporary, managed] = snapshot('temporary').addresses
    expect([temporary?.temporary, managed?.temporary, managed?.local]).toEqual([true, false, '2001:db8:2::2'])
  })

  it('knows addresses whose detection goes on or has failed', () => {
    expect(snapshot('tentative').addresses.map(({ local, tentative }) => [local, tentative])).toEqual([
      ['2001:db8:2::2', true],
      ['2001:db8:2::3', true],
    ])
  })

  it('counts endpoints with a port, which are never ours', () => {
    const { endpoints, endpointCount, subflows } = snapshot('endpoints')
    expect([endpointCount, subflows]).toEqual([5, 5])
    expect(endpoints).toEqual([
      { id: 1, address: '10.1.2.2', device: 'eth1', flags: ['subflow', 'backup'] },
      { id: 3, address: '10.1.2.3', device: undefined, flags: ['subflow', 'fullmesh'] },
      { id: 4, address: '2001:db8:2::2', device: 'eth1', flags: ['signal'] },
      { id: 5, address: '10.1.2.4', device: undefined, flags: [] },
    ])
  })

  it('has no link where there is no such device, and all else', () => {
    expect(snapshot('no-device')).toMatchObject({
      link: undefined,
      routes: [],
      addresses: [{ local: '10.1.1.2' }],
    })
  })
})

describe('parseSnapshot', () => {
  const reply = (family: Family, changes: Record<string, Partial<LineAnswer>>): Reply => {
    const { input = [], stdout = [] } = readDialogues('one-uplink')['inet'] ?? {}
    const given = parseAnswers(input, stdout.join('\n'), '')
    const topics = [...(questions(['inet'], 'eth1', true)[0]?.lines.keys() ?? [])]
    return {
      family,
      answers: new Map(
        topics.map((topic, i) => [
          topic,
          { line: '', output: '', error: undefined, ...given[i], ...changes[topic] },
        ]),
      ),
    }
  }
  const parse = (changes: Record<string, Partial<LineAnswer>>, family: Family = 'inet') =>
    parseSnapshot('eth1', [reply(family, changes)], true)
  const refused = (error: string) => ({ output: undefined, error })

  it.each([
    ['rules', 'inet', 'ip rule show proto 77'],
    ['rules', 'inet6', 'ip -6 rule show proto 77'],
    ['addresses', 'inet', 'ip addr show'],
    ['routes', 'inet', 'ip route show table all dev eth1'],
  ] as const)('refuses to go on without %s of %s', (topic, family, command) => {
    expect(refusalOf(() => parse({ [topic]: refused('Operation not supported') }, family))).toBe(
      `Refusal: the kernel refused "${command}": Operation not supported`,
    )
  })

  it('goes on without endpoints and limits', () => {
    const without = { endpoints: refused('Permission denied'), limits: refused('Permission denied') }
    expect(parse(without)).toMatchObject({ endpoints: [], endpointCount: 0, subflows: undefined })
  })

  it.each(['', 'default via 10.1.2.1 dev eth1', '{"a":'])('refuses an ip that answers %j', (output) => {
    expect(refusalOf(() => parse({ rules: { output } }))).toBe(
      'Refusal: the ip command did not answer in JSON: apt-get install iproute2 (5.10 or later)',
    )
  })

  it.each(['[{},{},{}]', '{}', '[]'])(
    'finds nothing in %s, as older versions print what a filter left out',
    (output) => {
      expect(parse({ rules: { output }, addresses: { output } })).toMatchObject({ rules: [], addresses: [] })
    },
  )
})
