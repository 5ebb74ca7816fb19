import { describe, expect, it } from 'vitest'
import { networkdLease, parseNetworkdLease } from '../../../src/ask/leases/networkd.ts'
import { edgeOf, readLease } from './edge.ts'

const PLAIN = readLease('networkd-plain')
const CLASSLESS = readLease('networkd-classless')
const FROM = 'systemd-networkd'

describe('parseNetworkdLease', () => {
  it('reads the routers of a real lease', () => {
    const lease = { address: '10.1.1.55', routers: ['10.1.1.1', '10.1.1.254'], from: FROM }
    expect(parseNetworkdLease(PLAIN)).toEqual(lease)
  })

  it('follows classless routes instead of the router (RFC 3442)', () => {
    const lease = { address: '10.1.2.72', routers: ['10.1.2.254'], from: FROM }
    expect(parseNetworkdLease(CLASSLESS)).toEqual(lease)
  })

  it('names no router where the lease has none', () => {
    expect(parseNetworkdLease(PLAIN.replace(/ROUTER=.*\n/, ''))?.routers).toEqual([])
  })

  it.each([
    ['no address', PLAIN.replace(/^ADDRESS=.*\n/m, '')],
    ['nothing', ''],
  ])('finds nothing in %s', (_, text) => {
    expect(parseNetworkdLease(text)).toBeUndefined()
  })
})

describe('networkdLease', () => {
  const { edge } = edgeOf({ files: { '/run/systemd/netif/leases/2': PLAIN } })

  it('reads the file that bears the number of the device', () => {
    expect(networkdLease(2, edge)?.address).toBe('10.1.1.55')
    expect(networkdLease(3, edge)).toBeUndefined()
  })
})
