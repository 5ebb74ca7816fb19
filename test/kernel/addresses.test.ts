import { describe, expect, it } from 'vitest'
import { parseAddress } from '../../src/kernel/addresses.ts'
import type { Address } from '../../src/words/state.ts'
import { snapshot } from '../captured.ts'

const PLAIN = {
  ...{ family: 'inet', device: 'eth0', peer: undefined, global: true, temporary: false },
  ...{ deprecated: false, tentative: false, duplicate: false },
}
const of = (kernel: string, local: string): Address | undefined =>
  snapshot(kernel).addresses.find((address) => address.local === local)

describe('parseAddress', () => {
  it.each<[string, string, Partial<Address>]>([
    ['dual-stack', '10.1.1.2', {}],
    ['dual-stack', '2001:db8:2::2', { family: 'inet6', device: 'eth1' }],
    ['dual-stack', '127.0.0.1', { device: 'lo', global: false }],
    ['peer', '10.9.0.2', { device: 'eth1', peer: '10.9.0.1' }],
    ['peer', '10.8.0.2', { device: 'eth1', peer: '10.8.1.0' }],
    ['peer', '2001:db8:9::2', { family: 'inet6', device: 'eth1', peer: '2001:db8:9::1' }],
    ['states', '10.1.1.2', { deprecated: true }],
    ['states', '10.1.1.3', {}],
    ['states', '10.7.1.2', { global: false }],
    ['states', '2001:db8:1::3', { family: 'inet6', deprecated: true }],
    ['states', '2001:db8:1::4', { family: 'inet6' }],
    ['tentative', '2001:db8:2::2', { family: 'inet6', device: 'eth1', tentative: true }],
    ['tentative', '2001:db8:2::3', { family: 'inet6', device: 'eth1', duplicate: true }],
    ['names', '10.2.1.2', { device: 'a@b' }],
    ['names', '10.2.2.2', { device: 'we#rd' }],
    ['names', '10.2.8.2', { device: 'scope' }],
  ])('%s: %s', (kernel, local, more) => {
    expect(of(kernel, local)).toEqual({ ...PLAIN, local, ...more })
  })

  it('tells a temporary address from the one that it is made beside', () => {
    const global = snapshot('temporary').addresses.filter(
      (address) => address.global && address.device === 'eth1',
    )
    expect(global.map(({ temporary }) => temporary).sort()).toEqual([false, true])
  })

  it('takes an IPv4 label for no flag', () => {
    const line =
      '3: tentative    inet 10.1.1.2/24 scope 0 tentative\\       valid_lft forever preferred_lft forever'
    expect(parseAddress(line)).toEqual({ ...PLAIN, device: 'tentative', local: '10.1.1.2' })
  })

  it.each([
    '3: eth0    inet 10.1.1.2/24 brd 10.1.1.255 ',
    '3: eth0    inet fe80::1/64 scope 0 eth0',
    '3: eth0    inet 10.1.1/24 scope 0 eth0',
    'eth0 inet 10.1.1.2/24 scope 0 eth0',
    '3: eth0    inet 10.1.1.2/24 scope global eth0',
    'null',
    '',
  ])('does not know "%s"', (line) => {
    expect(parseAddress(line)).toBeUndefined()
  })
})
