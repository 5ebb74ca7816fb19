import { describe, expect, it } from 'vitest'
import {
  ETH0,
  ETH1,
  endpointsOf,
  FRESH,
  PAGE,
  planOf,
  type Question,
  stanza,
  stanza6,
  T1,
  type Variables,
  world,
} from './worlds.ts'

const GIVEN = { IF_ADDRESS: '10.1.2.2/24', IF_GATEWAY: '10.1.2.1' }
const plan = (lines: string, variables: Variables = {}, question: Question = {}) =>
  planOf(world(PAGE, lines), { stanzas: [stanza('eth1', { ...GIVEN, ...variables })], ...question })
const endpoints = (...args: Parameters<typeof plan>) => endpointsOf(plan(...args))
const SIX = { stanzas: [stanza6('eth1', { IF_GATEWAY: 'fe80::1' })] }

describe('an address without an endpoint', () => {
  it.each([
    [{}, ['10.1.2.2 255 eth1 subflow']],
    [{ IF_MPTCP_ENDPOINT: 'backup signal' }, ['10.1.2.2 255 eth1 signal backup']],
    [{ IF_MPTCP_ENDPOINT: 'none' }, []],
    [{ IF_MPTCP_GATEWAY: 'none' }, []],
    [{ IF_MPTCP_GATEWAY: 'none', IF_MPTCP_ENDPOINT: 'subflow' }, ['10.1.2.2 255 eth1 subflow']],
  ])('with %j', (variables, expected) => {
    expect(endpoints('', variables)).toEqual(expected)
  })

  it.each([
    ['a global one', '2001:db8:2::2/64 dev eth1', ['2001:db8:2::2 255 eth1 subflow']],
    ['a temporary one', '2001:db8:2::2/64 dev eth1 temporary', []],
    ['a deprecated one', '2001:db8:2::2/64 dev eth1 deprecated', []],
    ['a unique-local one', 'fd00:2::2/64 dev eth1', []],
    ['one of link scope', 'fe80::2/64 dev eth1 scope link', []],
  ])('of IPv6: %s', (_, words, expected) => {
    expect(endpoints(`addr ${words}`, {}, SIX)).toEqual(expected)
  })

  it('of IPv6 that is unique-local gets one where it is asked for; temporary and deprecated ones never', () => {
    const asked = { stanzas: [stanza6('eth1', { IF_GATEWAY: 'fe80::1', IF_MPTCP_ENDPOINT: 'subflow' })] }
    expect(endpoints('addr fd00:2::2/64 dev eth1', {}, asked)).toEqual(['fd00:2::2 255 eth1 subflow'])
    expect(
      endpoints(
        'addr 2001:db8:2::2/64 dev eth1 temporary\naddr 2001:db8:2::3/64 dev eth1 deprecated',
        {},
        asked,
      ),
    ).toEqual([])
  })

  it('of 169.254.0.0/16 never gets one', () => {
    const local = world('link eth1', 'addr 169.254.7.7/16 dev eth1')
    const asked = stanza('eth1', { IF_MPTCP_ENDPOINT: 'subflow', IF_GATEWAY: '169.254.1.1' })
    expect(endpointsOf(planOf(local, { stanzas: [asked] }))).toEqual([])
  })

  it('waits while its detection goes on, or where it has failed, if it is to have one', () => {
    const lines = [
      'addr 2001:db8:2::2/64 dev eth1 tentative',
      'addr 2001:db8:2::3/64 dev eth1 dadfailed',
      'addr fd00:2::2/64 dev eth1 tentative',
      'addr 2001:db8:2::4/64 dev eth1',
    ]
    const planned = plan(lines.join('\n'), {}, SIX)
    expect([planned.waiting, endpointsOf(planned)]).toEqual([
      ['2001:db8:2::2', '2001:db8:2::3'],
      ['2001:db8:2::4 255 eth1 subflow'],
    ])
  })

  it('gets none while its interface is being taken down', () => {
    const leaving = { stanzas: [stanza('eth1', GIVEN, { leaving: true })] }
    expect(endpoints('', {}, leaving)).toEqual([])
    expect(endpoints(ETH1, {}, leaving)).toEqual([])
  })
})

describe('ids are the mark:', () => {
  it('the highest that is free first, a foreign one passed over', () => {
    const two = 'addr 10.1.2.3/24 dev eth1\nendpoint 10.1.1.9 id 254 subflow\nendpoint 10.1.1.2 id 3 subflow'
    expect(endpoints(two)).toEqual(['10.1.2.2 255 eth1 subflow', '10.1.2.3 253 eth1 subflow'])
  })

  it('an endpoint of ours keeps its id', () => {
    expect(endpoints(ETH1.replace('id 255', 'id 250'))).toEqual(['10.1.2.2 250 eth1 subflow'])
  })

  it('an id that becomes free is given again', () => {
    const moved = ETH1.replace('endpoint 10.1.2.2', 'rule from 10.1.2.9 lookup 9\nendpoint 10.1.2.9').replace(
      '9\n',
      `${T1}\n`,
    )
    expect(endpoints(moved)).toEqual(['10.1.2.2 255 eth1 subflow'])
  })
})

describe('an endpoint of ours that stands', () => {
  const standing = (flags: string) => ETH1.replace('id 255 subflow', `id 255 ${flags}`)

  it('keeps its flags where the stanza is silent, none at all too', () => {
    expect(endpoints(standing('signal backup'))).toEqual(['10.1.2.2 255 eth1 signal backup'])
    expect(endpoints(ETH1.replace('id 255 subflow', 'id 255'))).toEqual(['10.1.2.2 255 eth1 '])
  })

  it('changes its flags where the stanza says so', () => {
    expect(endpoints(standing('signal'), { IF_MPTCP_ENDPOINT: 'subflow' })).toEqual([
      '10.1.2.2 255 eth1 subflow',
    ])
  })

  it('keeps its flags where a stanza that names other addresses speaks', () => {
    const other = { IF_ADDRESS: '10.1.2.3/24', IF_MPTCP_ENDPOINT: 'backup' }
    expect(endpoints(`${standing('signal')}\naddr 10.1.2.3/24 dev eth1`, other)).toContain(
      '10.1.2.2 255 eth1 signal',
    )
  })

  it('counts as absent where it names a device that was pulled', () => {
    expect(endpoints(standing('signal').replace('signal dev eth1', 'signal dev if7'))).toEqual([
      '10.1.2.2 255 eth1 subflow',
    ])
  })

  it('goes with its address, with the way out, and for `none`', () => {
    expect(endpoints(ETH1, { IF_MPTCP_ENDPOINT: 'none' })).toEqual([])
    expect(endpoints(ETH1, { IF_GATEWAY: '' })).toEqual([])
    const gone = ETH1.replaceAll('10.1.2.2 ', '10.1.2.9 ')
    expect(endpoints(gone)).toEqual(['10.1.2.2 255 eth1 subflow'])
  })
})

describe('somebody else’s endpoint', () => {
  it('on the address is enough, told of where the stanza asks for something else', () => {
    const foreign = 'endpoint 10.1.2.2 id 1 signal dev eth1'
    const told = ['address 10.1.2.2 has an endpoint of somebody else (id 1 signal): left as it is']
    expect([endpoints(foreign), plan(foreign).notices]).toEqual([[], []])
    expect([
      endpoints(foreign, { IF_MPTCP_ENDPOINT: 'signal' }),
      plan(foreign, { IF_MPTCP_ENDPOINT: 'signal' }).notices,
    ]).toEqual([[], []])
    const asked = plan(foreign, { IF_MPTCP_ENDPOINT: 'backup' })
    expect([endpointsOf(asked), asked.notices]).toEqual([[], told])
    expect(plan(foreign, { IF_MPTCP_ENDPOINT: 'none' }).notices).toEqual(told)
  })

  it('with a port is another thing', () => {
    expect(endpoints('endpoint 10.1.2.2 port 99 id 1 signal dev eth1')).toEqual(['10.1.2.2 255 eth1 subflow'])
  })

  it('that is implicit counts as absent, and goes first', () => {
    const implicit = 'endpoint 10.1.2.2 id 1 implicit dev eth1'
    const planned = plan(implicit)
    expect(endpointsOf(planned)).toEqual(['10.1.2.2 255 eth1 subflow'])
    expect(planned.owned.endpoints).toMatchObject([{ id: 1, implicit: true }])
    expect(plan(implicit, { IF_MPTCP_ENDPOINT: 'none' }).owned.endpoints).toEqual([])
  })

  it('that is implicit frees its id, be it one of ours', () => {
    expect(endpoints('endpoint 10.1.2.2 id 255 implicit dev eth1')).toEqual(['10.1.2.2 255 eth1 subflow'])
  })
})

describe('eight places', () => {
  const others = (count: number, first = 1) =>
    Array.from({ length: count }, (_, i) => `endpoint 192.0.2.${first + i} id ${first + i} subflow`).join(
      '\n',
    )
  const more = ['3', '4', '5'].map((end) => `addr 10.1.2.${end}/24 dev eth1`).join('\n')

  it.each([
    [4, 4, []],
    [6, 2, ['address 10.1.2.4 and 1 more get no endpoint: the kernel holds 8 at most']],
    [7, 1, ['address 10.1.2.3 and 2 more get no endpoint: the kernel holds 8 at most']],
    [8, 0, ['address 10.1.2.2 and 3 more get no endpoint: the kernel holds 8 at most']],
  ])('beside %i of others leave %i, the stanza’s own address first', (count, places, notices) => {
    const planned = plan(`${others(count)}\n${more}`)
    expect([planned.wanted.endpoints.length, planned.notices, planned.short]).toEqual([
      places,
      notices,
      notices.length > 0,
    ])
    expect(endpointsOf(planned).slice(0, 1)).toEqual(places > 0 ? ['10.1.2.2 255 eth1 subflow'] : [])
  })

  /** eth0 with so many addresses, each with rule and endpoint, from id 255 on. */
  const crowd = (count: number) =>
    Array.from({ length: count }, (_, i) => [
      ...(i === 0 ? [] : [`addr 10.1.1.${i + 2}/24 dev eth0`]),
      `rule from 10.1.1.${i + 2} lookup 70`,
      `endpoint 10.1.1.${i + 2} id ${255 - i} subflow dev eth0`,
    ])
      .flat()
      .concat('route default via 10.1.1.1 dev eth0 table 70 proto 77')
      .join('\n')

  it('a new uplink gets one from the uplink that holds most, the newest of its further ones', () => {
    const planned = plan(crowd(8))
    expect(endpointsOf(planned)).toEqual(['10.1.2.2 248 eth1 subflow'])
    expect(planned.owned.endpoints.map(({ id }) => id)).toEqual([248])
    expect(planned.notices).toEqual([])
  })

  it('further addresses share what is left: as many each', () => {
    const planned = plan(`${crowd(8)}\n${more}`)
    expect(endpointsOf(planned).map((text) => text.split(' ')[1])).toEqual(['251', '250', '249', '248'])
  })

  it('an uplink keeps its one place, and the run that comes again takes no more', () => {
    const planned = plan(`${crowd(7)}\n${ETH1.replace('id 255', 'id 248')}`)
    expect([planned.wanted.endpoints.length, planned.owned.endpoints.length]).toEqual([1, 1])
    const single = plan(`${others(7)}\n${crowd(1)}`)
    expect([single.wanted.endpoints, single.notices]).toEqual([
      [],
      ['address 10.1.2.2 gets no endpoint: the kernel holds 8 at most'],
    ])
  })

  it('the families of one device are an uplink each', () => {
    const six = `addr 2001:db8:2::2/64 dev eth1\n${others(6)}\n${more}`
    const both = [stanza('eth1', GIVEN), stanza6('eth1', { IF_GATEWAY: 'fe80::1' })]
    expect(endpoints(six, {}, { stanzas: both })).toEqual([
      '2001:db8:2::2 255 eth1 subflow',
      '10.1.2.2 254 eth1 subflow',
    ])
  })
})

describe('the switches of the kernel', () => {
  it('MPTCP off: no endpoint, a line for -v; what stands stays', () => {
    const off = plan('mptcp off')
    expect([endpointsOf(off), off.notices, off.details]).toEqual([
      [],
      [],
      ['MPTCP is off in the kernel (sysctl net.mptcp.enabled): no endpoint is made'],
    ])
    expect(endpoints(`mptcp off\n${ETH1}`)).toEqual(['10.1.2.2 255 eth1 subflow'])
  })

  it('a path manager in user space: no endpoint, a notice', () => {
    const planned = plan('mptcp userspace')
    expect([endpointsOf(planned), planned.notices]).toEqual([
      [],
      [
        'the path manager is in user space (sysctl net.mptcp.pm_type, net.mptcp.path_manager), which does not look at endpoints: none is made',
      ],
    ])
    expect(plan('mptcp userspace', { IF_GATEWAY: '' }).notices).toEqual([])
  })
})

it('of an address that is yet to come is planned with it', () => {
  const ahead = planOf(world('link eth1', ETH0), { stanzas: [stanza('eth1', GIVEN, FRESH)] })
  expect(endpointsOf(ahead)).toEqual(['10.1.2.2 255 eth1 subflow'])
})
