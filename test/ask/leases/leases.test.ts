import { describe, expect, it } from 'vitest'
import { findLeases, heardLeases } from '../../../src/ask/leases/leases.ts'
import { edgeOf, readLease } from './edge.ts'

const FILES = {
  '/run/systemd/netif/leases/2': readLease('networkd-plain'),
  '/run/NetworkManager/devices/2': readLease('networkmanager-classless'),
  '/var/lib/dhcpcd/eth1.lease': '',
  '/run/dhcpcd/pid': '',
  '/var/lib/dhcp/dhclient.eth1.leases': readLease('dhclient-plain'),
}

describe('findLeases', () => {
  const { edge, asked } = edgeOf({ files: FILES, dhcpcd: readLease('dhcpcd-classless') })
  const keepers = (device: string, index: number | undefined) =>
    findLeases(device, index, edge, {}).map(({ from, routers }) => [from, ...routers])

  it('finds the leases of every keeper, in this order', () => {
    expect(keepers('eth1', 2)).toEqual([
      ["dhclient's lease file", '10.1.2.1'],
      ['dhcpcd', '10.1.2.254'],
      ['NetworkManager', '10.1.2.254'],
      ['systemd-networkd', '10.1.1.1', '10.1.1.254'],
    ])
  })

  it('goes by the name alone where the device has no number', () => {
    expect(keepers('eth1', undefined).map(([from]) => from)).toEqual(["dhclient's lease file", 'dhcpcd'])
  })

  it('finds none for a LAN, and asks nobody for it', () => {
    asked.length = 0
    expect(findLeases('br0', 7, edge, {})).toEqual([])
    expect(asked).toEqual([])
  })
})

it('what doors were told is by device and family', () => {
  const told = { door: 'udhcpc', address: '10.1.2.50', provider: undefined, since: 1, mac: undefined }
  const four = { ...told, iface: 'eth1', family: 'inet' as const, routers: ['10.1.2.1'] }
  const leases = [four, { ...four, iface: 'eth0' }, { ...four, family: 'inet6' as const, address: undefined }]
  expect(heardLeases('eth1', 'inet', leases)).toEqual([
    { address: '10.1.2.50', routers: ['10.1.2.1'], from: 'udhcpc' },
  ])
  expect(heardLeases('eth1', 'inet6', leases)).toMatchObject([{ address: undefined }])
})
