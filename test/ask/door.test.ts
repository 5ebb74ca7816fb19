import { describe, expect, it } from 'vitest'
import { isByKeeper, parseWord, type Word } from '../../src/ask/door.ts'
import { type Environment, refusalOf } from '../captured.ts'

const BOUND = {
  ...{ MPTCP_DOOR: 'dhclient', MPTCP_SINCE: '12.5', IFACE: 'eth1', ADDRFAM: 'inet', METHOD: '' },
  ...{ IF_ADDRESS: '10.1.2.50', IF_GATEWAY: '10.1.2.1 10.1.2.9', IF_CLASSLESS_ROUTES: '', IF_PROVIDER: '' },
}

function word(changes: Environment = {}, direction: 'up' | 'down' = 'up'): Word {
  const parsed = parseWord(direction, { ...BOUND, ...changes })
  if ('idle' in parsed) {
    throw new Error(parsed.idle)
  }
  return parsed
}

/** The lease's routers, or its first notice. */
function routers(changes: Environment): string {
  const { lease, notices } = word(changes)
  return notices[0] ?? lease?.routers.join(' ') ?? 'nothing'
}

it('reads a lease as its keeper tells it', () => {
  const lease = { door: 'dhclient', iface: 'eth1', family: 'inet', since: 12.5, address: '10.1.2.50' }
  expect(word()).toEqual({
    ...{ direction: 'up', door: 'dhclient', device: 'eth1', families: ['inet'], since: 12.5 },
    lease: { ...lease, routers: ['10.1.2.1', '10.1.2.9'], provider: undefined },
    ...{ announced: false, awaitsAddress: false, notices: [] },
  })
})

it('is for the keepers of leases, not for managers that ask for interfaces', () => {
  const doors = ['dhclient', 'dhcpcd', 'udhcpc', 'pppd', 'networkmanager', 'netifrc', 'ifupdown-ng', '']
  expect(doors.filter((door) => isByKeeper({ MPTCP_DOOR: door }))).toEqual(doors.slice(0, 5))
  expect(isByKeeper({})).toBe(false)
})

describe('the router', () => {
  const OWN_ROUTES = '24,10,7,1,10,1,2,7,0,10,1,2,8'

  it.each([
    [
      'is that of the classless routes, whatever else there is',
      { IF_CLASSLESS_ROUTES: OWN_ROUTES },
      '10.1.2.8',
    ],
    [
      'is that of pairs as dhcpcd and udhcpc write them',
      { IF_CLASSLESS_ROUTES: '10.7.1.0/24 10.1.2.7 0.0.0.0/0 10.1.2.8' },
      '10.1.2.8',
    ],
    ['is none where classless routes lead elsewhere', { IF_CLASSLESS_ROUTES: '24,10,7,1,10,1,2,7' }, ''],
    ['is one of a list with commas', { IF_GATEWAY: '10.1.2.1,10.1.2.9' }, '10.1.2.1 10.1.2.9'],
    ['of IPv6', { ADDRFAM: 'inet6', IF_ADDRESS: '2001:db8::2/64', IF_GATEWAY: 'fe80::1' }, 'fe80::1'],
    ['is not told', { IF_GATEWAY: '' }, ''],
  ])('%s', (_, changes, found) => {
    expect(routers(changes)).toBe(found)
  })

  it.each([
    ['IF_GATEWAY', '10.1.2.1\nrule add from all lookup 9', '10.1.2.1'],
    [
      'IF_GATEWAY',
      '$(reboot)',
      'gateway "$(reboot)" holds no router (set by IF_GATEWAY, as dhclient gave it)',
    ],
    ['IF_GATEWAY', 'x'.repeat(5000), /^gateway "x{60}…" holds no router/],
    ['IF_GATEWAY', '10.1.2.1 '.repeat(555), Array(16).fill('10.1.2.1').join(' ')],
    ['IF_CLASSLESS_ROUTES', '0,10,1', /^classless routes "0,10,1" are not understood/],
    ['IF_CLASSLESS_ROUTES', '33,10,7,1,10,1,2,7', /are not understood/],
    ['IF_CLASSLESS_ROUTES', '32,'.repeat(1667), /are not understood/],
  ])('of %s, case %#', (name, value, found) => {
    expect(routers({ [name]: value })).toEqual(
      typeof found === 'string' ? found : expect.stringMatching(found),
    )
  })
})

it.each(['10.1.2.50\n10.9.9.9', '10.1.2.50/24/7', '2001:db8::2', '0x0a010232', 'y'.repeat(5000)])(
  'a lease of a broken address does not count, case %#',
  (text) => {
    const { lease, notices } = word({ IF_ADDRESS: text })
    expect([lease, notices]).toEqual([undefined, [expect.stringMatching(/^address .* does not count/)]])
    expect(notices[0]?.length).toBeLessThan(200)
  },
)

it('takes an address with its length', () => {
  expect(word({ IF_ADDRESS: '10.1.2.50/24' }).lease?.address).toBe('10.1.2.50')
})

it('tells nothing of a lease where the keeper does not, nor on the way down', () => {
  expect(word({ IF_ADDRESS: '', IF_GATEWAY: '' }).lease).toBeUndefined()
  expect(word({}, 'down')).toMatchObject({
    direction: 'down',
    lease: undefined,
    families: ['inet'],
    notices: [],
  })
  expect(word({ ADDRFAM: '' }, 'down').families).toEqual(['inet6', 'inet'])
})

it('tells whose line a link of pppd is, and waits for the address that comes later', () => {
  const line = { MPTCP_DOOR: 'pppd', IFACE: 'ppp0', IF_GATEWAY: '', IF_PROVIDER: 'dsl-provider' }
  expect(word(line)).toMatchObject({ lease: { provider: 'dsl-provider' }, awaitsAddress: false })
  const six = word({ ...line, ADDRFAM: 'inet6', IF_ADDRESS: '' })
  expect(six).toMatchObject({ lease: { family: 'inet6', provider: 'dsl-provider' }, awaitsAddress: true })
})

it('knows when an ifup waits, and takes no nonsense for a time', () => {
  expect(word({ METHOD: 'dhcp' }).announced).toBe(true)
  expect(['', 'soon', 'Infinity'].map((text) => word({ MPTCP_SINCE: text }).since)).toEqual(
    Array(3).fill(undefined),
  )
})

describe('the interface', () => {
  it.each(['', 'lo'])('%j: nothing to do', (IFACE) => {
    expect(parseWord('up', { ...BOUND, IFACE })).toHaveProperty('idle')
  })

  it('of another family: nothing to do', () => {
    expect(parseWord('up', { ...BOUND, ADDRFAM: 'link' })).toHaveProperty('idle')
  })

  it.each(['eth 1', '../eth1', 'eth1\nlink', 'a'.repeat(5000)])(
    'is none that a device can have, case %#',
    (IFACE) => {
      expect(refusalOf(() => word({ IFACE }))).toMatch(
        /^Refusal: interface ".{0,70}" is not a name .* \(the interface that dhclient names\)$/,
      )
    },
  )
})
