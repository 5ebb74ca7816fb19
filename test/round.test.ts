import { describe, expect, it } from 'vitest'
import type { Event } from '../src/ask/environment.ts'
import { planRound } from '../src/round.ts'
import { byHand, event, refusalOf } from './captured.ts'
import { change, type FakeHost, hostWith, ifdown, ifup, PAGE, run } from './fake-host.ts'

const ALIAS = { IFACE: 'eth1:1', IF_ADDRESS: '10.1.3.2', IF_MPTCP_GATEWAY: '10.1.3.1' }

/** A plan, with the words that the rules were asked for with. */
function plan(host: FakeHost, asked: Event, dryRun = false) {
  const reads: string[] = []
  const ip: FakeHost['edge']['ip'] = (args, input) => {
    reads.push(args[0] === '-6' ? 'inet6' : 'inet')
    return host.edge.ip(args, input)
  }
  const round = planRound({ event: asked, edge: { ...host.edge, ip }, env: {}, dryRun })
  return { ...round, reads }
}

const twoWays = () => {
  const host = hostWith(...PAGE, 'addr add 10.1.3.2/24 dev eth1')
  run(host, ifup())
  run(host, ifup(ALIAS))
  return host
}

describe('what is read', () => {
  it.each([
    ['up of inet', ifup(), ['inet']],
    ['up of inet6', event({ IFACE: 'eth1', ADDRFAM: 'inet6' }), ['inet6']],
    ['up of both', byHand(), ['inet6', 'inet']],
    ['down of inet', ifdown(), ['inet6', 'inet']],
  ])('on %s is one process a family of rules', (_, asked, reads) => {
    expect(plan(hostWith(...PAGE), asked).reads).toEqual(reads)
  })

  it('is both families where places are short and the other one’s may be further addresses', () => {
    const host = hostWith(
      ...PAGE,
      ...Array.from({ length: 8 }, (_, i) => `addr add 2001:db8:1::${i + 2}/64 dev eth0 nodad`),
    )
    run(host, event({ IFACE: 'eth0', ADDRFAM: 'inet6', PHASE: 'post-up', IF_GATEWAY: '2001:db8:1::1' }))
    expect(host.kernel.endpoints).toHaveLength(8)
    const { reads, changes } = plan(host, ifup())
    expect(reads).toEqual(['inet', 'inet6', 'inet'])
    expect(changes.filter(({ kind }) => kind === 'endpoint')).toMatchObject([
      { verb: 'delete', endpoint: { id: 248 } },
      { verb: 'add', endpoint: { id: 248, address: '10.1.2.2' } },
    ])
  })
})

describe('an alias', () => {
  it('is a way of its own, whatever the order of ifup', () => {
    const other = hostWith(...PAGE, 'addr add 10.1.3.2/24 dev eth1')
    run(other, ifup(ALIAS))
    run(other, ifup())
    const tables = ({ kernel }: FakeHost) =>
      kernel.rules
        .filter(({ protocol }) => protocol === 77)
        .map(({ from, table }) => `${from} ${table}`)
        .sort()
    expect(tables(other)).toEqual(tables(twoWays()))
    // Two ways, each with a companion, a source rule and a barrier.
    expect(new Set(tables(other)).size).toBe(6)
  })

  it('goes down alone', () => {
    const host = twoWays()
    change(host, 'addr delete 10.1.3.2/24 dev eth1')
    run(host, ifdown({ IFACE: 'eth1:1' }))
    expect(host.kernel.rules.filter(({ protocol }) => protocol === 77).map(({ from }) => from)).toEqual([
      '10.1.2.2',
      '10.1.2.2',
      '10.1.2.2',
    ])
  })

  it('that nobody has recorded takes orphans alone with it: what else was its part is not known', () => {
    const host = twoWays()
    host.disk.files.clear()
    expect(plan(host, ifdown({ IFACE: 'eth1:1' })).changes).toEqual([])
    change(host, 'addr delete 10.1.3.2/24 dev eth1')
    expect(
      plan(host, ifdown({ IFACE: 'eth1:1' })).changes.some(
        (one) => one.kind === 'rule' && one.rule.from !== '10.1.3.2',
      ),
    ).toBe(false)
  })

  it('goes down with its device', () => {
    const host = twoWays()
    run(host, ifdown())
    expect(host.kernel.rules.filter(({ protocol }) => protocol === 77)).toEqual([])
  })

  it('that leaves takes its own endpoints', () => {
    const host = twoWays()
    const { changes } = plan(host, ifdown({ IFACE: 'eth1:1', PHASE: 'pre-down' }))
    expect(changes).toMatchObject([{ kind: 'endpoint', verb: 'delete', endpoint: { address: '10.1.3.2' } }])
  })
})

describe('a device that is not there', () => {
  it('is planned for in a dry run, from an address', () => {
    expect(plan(hostWith(), ifup(), true).changes.length).toBeGreaterThan(3)
    expect(refusalOf(() => plan(hostWith(), ifup()))).toContain('there is no device "eth1"')
    expect(refusalOf(() => plan(hostWith(), ifup({ IF_ADDRESS: '' }), true))).toContain(
      'there is no device "eth1"',
    )
  })

  it('goes down all the same', () => {
    const host = hostWith(...PAGE)
    run(host, ifup())
    change(host, 'link delete dev eth1')
    expect(plan(host, ifdown()).changes.length).toBeGreaterThan(1)
  })
})

it('says that laminar is not known to this iproute2, and leaves it out', () => {
  const { plan: planned } = plan(hostWith(...PAGE), ifup({ IF_MPTCP_ENDPOINT: 'subflow laminar' }))
  expect(planned.wanted.endpoints).toMatchObject([{ flags: ['subflow'] }])
  expect(planned.notices).toEqual([
    'mptcp-endpoint "laminar" is not known to this iproute2 and has no effect: a later one is needed',
  ])
})
