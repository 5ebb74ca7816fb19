import { describe, expect, it } from 'vitest'
import { type Keepers, readKeepers } from '../../../src/routes/check/keepers.ts'
import type { Process } from '../../../src/routes/check/machine.ts'
import type { Manager } from '../../../src/routes/check/managers.ts'
import { world } from '../../plan/worlds.ts'

const LINKS = world('link eth0', 'link eth1', 'link ppp0').links.map((link) => ({
  ...link,
  ppp: link.name === 'ppp0',
}))

const NONE: Keepers = { dhclient: [], dhcpcd: [], udhcpc: [], pppd: [], NetworkManager: [] }

/** By command lines as they are shown, with a | where one word ends. */
function keepersOf(lines: readonly string[], managers: readonly Manager[] = []): Keepers {
  const processes = lines.map((line, id): Process => {
    const words = line.split('|')
    return { id, name: words[0]?.replace(/^.*\//, '').replace(/:.*$/, '') ?? '', words }
  })
  return readKeepers(processes, LINKS, { managers, ifupdown: new Set(['eth0']) })
}

describe('readKeepers', () => {
  it.each<[string, Partial<Keepers>]>([
    ['/sbin/dhclient|-4|-pf|/run/dhclient.eth1.pid|eth1', { dhclient: ['eth1'] }],
    ['dhclient|-nw', { dhclient: ['eth0', 'eth1', 'ppp0'] }],
    ['dhcpcd: eth1 [ip4] [ip6]', { dhcpcd: ['eth1'] }],
    ['dhcpcd: [BPF ARP] eth1 10.1.2.2', { dhcpcd: ['eth1'] }],
    ['udhcpc|-b|-i|eth1', { udhcpc: ['eth1'] }],
    ['udhcpc|-ieth1|-b', { udhcpc: ['eth1'] }],
    ['udhcpc|--interface=eth1', { udhcpc: ['eth1'] }],
    ['udhcpc|-b', { udhcpc: ['eth0'] }],
    ['udhcpc|-i|eth1|-s|/usr/lib/ifupdown-mptcp/udhcpc.script', {}],
    ['/usr/sbin/pppd|call|dsl-provider', { pppd: ['ppp0'] }],
    ['sshd|eth1', {}],
  ])('%s', (line, keepers) => {
    expect(keepersOf([line])).toEqual({ ...NONE, ...keepers })
  })

  it('takes the word of those that keep many, but for what ifupdown keeps too', () => {
    const devices = ['eth0', 'eth1']
    expect(keepersOf([], [{ name: 'NetworkManager', devices }])).toEqual({
      ...NONE,
      NetworkManager: ['eth1'],
    })
    expect(keepersOf(['dhcpcd: [manager] [ip4]'], [{ name: 'dhcpcd', devices }])).toEqual({
      ...NONE,
      dhcpcd: ['eth1'],
    })
    expect(keepersOf([], [{ name: 'NetworkManager', devices: undefined }])).toEqual(NONE)
  })
})
