import { describe, expect, it } from 'vitest'
import { ifupdownDevices, readManagers, sparesForeignRules } from '../../../src/routes/check/daemons.ts'
import type { Machine } from '../../../src/routes/check/machine.ts'
import type { Edge } from '../../../src/words/edge.ts'
import { world } from '../../plan/worlds.ts'

type Answers = Readonly<Record<string, string>>

const edgeOf = (files: Answers) =>
  ({
    readFile: (path: string) => files[path],
    listDirectory: (path: string) =>
      Object.keys(files).flatMap((file) => (file.startsWith(`${path}/`) ? file.slice(path.length + 1) : [])),
  }) as unknown as Edge

const machineOf = (answers: Answers) =>
  ({
    run: (file: string, args: readonly string[]) => {
      const stdout = answers[[file, ...args].join(' ')]
      return stdout === undefined ? undefined : { status: 0, stdout, stderr: '' }
    },
  }) as unknown as Machine

const { links } = world('link eth0', 'link eth1', 'link wlan0')
const indexOf = (name: string) => links.find((link) => link.name === name)?.index

function managersOf(command: string, files: Answers = {}, answers: Answers = {}) {
  const words = command.split(' ')
  const name = (/^(\S+?):? /.exec(command)?.[1] ?? command).slice(0, 15)
  const processes = [{ id: 9, name, words }]
  return readManagers({ edge: edgeOf(files), machine: machineOf(answers), processes, links })
}

describe('readManagers', () => {
  it('asks NetworkManager, else its runtime files', () => {
    const answer = 'eth0:unmanaged\neth1:connected\np2p-dev\\:x:disconnected\n'
    expect(managersOf('NetworkManager', {}, { 'nmcli -t -f DEVICE,STATE device': answer })).toEqual([
      { name: 'NetworkManager', devices: ['eth1', 'p2p-dev:x'] },
    ])
    const file = (name: string) => `/run/NetworkManager/devices/${indexOf(name)}`
    const files = { [file('eth0')]: '[device]\nmanaged=false\n', [file('eth1')]: '[device]\nmanaged=true\n' }
    expect(managersOf('NetworkManager', files)).toEqual([{ name: 'NetworkManager', devices: ['eth1'] }])
    expect(managersOf('NetworkManager')).toEqual([{ name: 'NetworkManager', devices: undefined }])
  })

  it("reads systemd-networkd's links", () => {
    const file = (name: string) => `/run/systemd/netif/links/${indexOf(name)}`
    const files = {
      [file('eth0')]: 'ADMIN_STATE=unmanaged\n',
      [file('eth1')]: 'A=b\nADMIN_STATE=configured\n',
    }
    expect(managersOf('systemd-networkd', files)).toEqual([{ name: 'systemd-networkd', devices: ['eth1'] }])
  })

  it.each([
    ['dhcpcd: [manager] [ip4] [ip6]', 1],
    ['dhcpcd: [master] [ip4]', 1],
    ['dhcpcd -q', 1],
    ['dhcpcd -q eth1', 0],
    ['dhcpcd: eth1 [ip4]', 0],
    ['dhcpcd: [BPF ARP] eth1 10.1.1.2', 0],
    ['dhclient eth1', 0],
  ])('tells the service from a client of one interface: %s', (command, count) => {
    expect(managersOf(command)).toHaveLength(count)
  })

  it("follows dhcpcd's lists", () => {
    const devices = (text: string) => managersOf('dhcpcd -q', { '/etc/dhcpcd.conf': text })[0]?.devices
    expect(devices('')).toEqual(['eth0', 'eth1', 'wlan0'])
    expect(devices('denyinterfaces eth0 wlan*\n')).toEqual(['eth1'])
    expect(devices('#denyinterfaces eth0\nallowinterfaces eth*\n')).toEqual(['eth0', 'eth1'])
  })

  it("follows ConnMan's list, whose items are beginnings", () => {
    const devices = (text: string) =>
      managersOf('connmand -n', { '/etc/connman/main.conf': text })[0]?.devices
    expect(devices('')).toEqual(['eth0', 'eth1', 'wlan0'])
    expect(devices('[General]\nNetworkInterfaceBlacklist=vmnet, eth\n')).toEqual(['wlan0'])
  })
})

describe('sparesForeignRules', () => {
  const key = 'ManageForeignRoutingPolicyRules'
  it.each<[Answers, boolean]>([
    [{}, false],
    [{ '/etc/systemd/networkd.conf': `[Network]\n${key}=no\n` }, true],
    [{ '/etc/systemd/networkd.conf': `[Network]\n#${key}=no\n` }, false],
    [
      { '/etc/systemd/networkd.conf': `${key}=no`, '/etc/systemd/networkd.conf.d/z.conf': `${key}=yes` },
      false,
    ],
    [
      {
        '/etc/systemd/networkd.conf.d/z.conf': `${key}=false`,
        '/etc/systemd/networkd.conf.d/z.txt': `${key}=yes`,
      },
      true,
    ],
  ])('%j: %s', (files, spares) => {
    expect(sparesForeignRules(edgeOf(files))).toBe(spares)
  })
})

describe('ifupdownDevices', () => {
  it('joins what ifquery lists and what is up, without aliases and lo', () => {
    const machine = machineOf({
      'ifquery -a --list': 'lo\neth0\neth0:1\n',
      'ifquery --list --allow=hotplug': 'wlan0\n',
      'ifquery --state': 'eth1=eth1\nlo=lo\n',
    })
    expect([...ifupdownDevices(machine)].sort()).toEqual(['eth0', 'eth1', 'wlan0'])
    expect([...ifupdownDevices(machineOf({}))]).toEqual([])
  })
})
