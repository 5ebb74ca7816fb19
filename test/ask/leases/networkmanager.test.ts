import { describe, expect, it } from 'vitest'
import { networkManagerLease, parseNetworkManagerState } from '../../../src/ask/leases/networkmanager.ts'
import { edgeOf, readLease } from './edge.ts'

const NEVER_DEFAULT = readLease('networkmanager-never-default')
const CLASSLESS = readLease('networkmanager-classless')
const FROM = 'NetworkManager'
const END = new Date(Number(/expiry=(\d+)/.exec(NEVER_DEFAULT)?.[1]) * 1000)
const BEFORE = new Date(END.getTime() - 1000)

describe('parseNetworkManagerState', () => {
  it.each([
    ['a profile that is never-default', 'never-default', '10.1.1.56', ['10.1.1.1', '10.1.1.254']],
    ['classless routes', 'classless', '10.1.2.79', ['10.1.2.254']],
    ["a lease without end, with classless routes of Microsoft's", 'infinite', '10.1.2.90', ['10.1.2.254']],
  ])('reads a real lease of %s', (_, name, address, routers) => {
    const lease = parseNetworkManagerState(readLease(`networkmanager-${name}`), BEFORE)
    expect(lease).toEqual({ address, routers, from: FROM })
  })

  it("reads classless routes as octets, which NetworkManager's dhclient hands over", () => {
    const text = CLASSLESS.replace(/(static_routes=).*/, '$10 10 1 2 9 16 10 7 10 1 2 7')
    expect(parseNetworkManagerState(text, BEFORE)?.routers).toEqual(['10.1.2.9'])
  })

  it('ignores a lease from its last second on: the file outlives NetworkManager', () => {
    expect(parseNetworkManagerState(NEVER_DEFAULT, END)).toBeUndefined()
  })

  it.each([
    ['a static profile', readLease('networkmanager-static')],
    ['a device that was disconnected', readLease('networkmanager-disconnected')],
    ['an end that is no time', NEVER_DEFAULT.replace(/expiry=.*/, 'expiry=soon')],
    ['no address', NEVER_DEFAULT.replace(/ip_address=.*/, 'ip_address=none')],
    ['a DHCPv6 lease', NEVER_DEFAULT.replaceAll('dhcp4', 'dhcp6')],
    ['nothing', ''],
  ])('finds nothing in %s', (_, text) => {
    expect(parseNetworkManagerState(text, BEFORE)).toBeUndefined()
  })
})

describe('networkManagerLease', () => {
  const { edge } = edgeOf({ files: { '/run/NetworkManager/devices/2': NEVER_DEFAULT }, now: BEFORE })

  it('reads the file that bears the number of the device', () => {
    expect(networkManagerLease(2, edge)?.address).toBe('10.1.1.56')
    expect(networkManagerLease(3, edge)).toBeUndefined()
  })
})
