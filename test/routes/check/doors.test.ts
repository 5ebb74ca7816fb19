import { describe, expect, it } from 'vitest'
import { checkDoors, type DoorFacts, readDoors } from '../../../src/routes/check/doors.ts'
import type { Installation } from '../../../src/routes/check/installation.ts'
import type { FileStatus, Machine } from '../../../src/routes/check/machine.ts'
import { DOOR, UDHCPC_SCRIPT } from '../../../src/routes/check/places.ts'
import type { Edge } from '../../../src/words/edge.ts'
import { complain, say } from './points.ts'

const NO_KEEPERS = { dhclient: [], dhcpcd: [], udhcpc: [], pppd: [], NetworkManager: [] }
const DHCLIENT = '/etc/dhcp/dhclient-exit-hooks.d/zz-mptcp'
const PPP = ['ip-up', 'ip-down'].map((event) => `/etc/ppp/${event}.d/mptcp`)

/** The files that are there, those of the second list not executable, on a host whose pppd knows no IPv6. */
function factsOf(files: readonly string[], changes: Partial<DoorFacts> = {}, plain: readonly string[] = []) {
  const status = (path: string): FileStatus | undefined => {
    const isFile = [...files, ...plain].includes(path)
    const isThere = isFile || ['/etc/ppp/ip-up.d', '/etc/ppp/ip-down.d'].includes(path)
    return isThere ? { isFile, uid: 0, mode: plain.includes(path) ? 0o644 : 0o755 } : undefined
  }
  const edge = { readFile: () => undefined } as Pick<Edge, 'readFile'> as Edge
  const machine = { status } as Pick<Machine, 'status'> as Machine
  const standing = readDoors(edge, machine, { ifupdown: undefined } as Installation)
  const rest = { keepers: NO_KEEPERS, asked: new Set(['eth1', 'ppp0']), watched: false, again: 'AGAIN' }
  return { ...standing, ...rest, ...changes }
}

describe('checkDoors', () => {
  it('lists those that are in place, wherever each may be', () => {
    const dispatcher = '/usr/lib/NetworkManager/dispatcher.d/90-mptcp'
    expect(say(checkDoors(factsOf([])))).toEqual(['ok no door is in place'])
    expect(say(checkDoors(factsOf([DOOR, ...PPP, dispatcher], {}, [DHCLIENT])))).toEqual([
      'ok doors in place: dhclient, pppd and NetworkManager',
    ])
    expect(say(checkDoors(factsOf([], { watched: true })))).toEqual([
      'ok no door is in place; none is needed while the watcher runs',
    ])
  })

  it.each<[keyof typeof NO_KEEPERS, string]>([
    ['dhclient', 'AGAIN, or systemctl enable --now mptcp-routes; see docs/managers/dhclient.md'],
    ['dhcpcd', 'AGAIN, or systemctl enable --now mptcp-routes; see docs/managers/dhcpcd.md'],
    ['udhcpc', 'AGAIN, or systemctl enable --now mptcp-routes; see docs/managers/udhcpc.md'],
    ['pppd', 'AGAIN, or systemctl enable --now mptcp-routes; see docs/managers/pppd.md'],
    ['NetworkManager', 'AGAIN, or systemctl enable --now mptcp-routes; see docs/managers/networkmanager.md'],
  ])('misses the door of %s on a device that is looked after, where no watcher runs', (name, cure) => {
    const keepers = { ...NO_KEEPERS, [name]: ['eth1', 'eth1', 'lan0'] }
    expect(complain(checkDoors(factsOf([], { keepers })))).toEqual([
      `warn eth1: ${name} keeps it, and has no door: what it changes is not followed | ${cure}`,
    ])
    expect(complain(checkDoors(factsOf([], { keepers, watched: true })))).toEqual([])
    expect(complain(checkDoors(factsOf([], { keepers, asked: new Set() })))).toEqual([])
  })

  it('misses none that is in place', () => {
    const keepers = { ...NO_KEEPERS, dhclient: ['eth1'], pppd: ['ppp0'] }
    expect(complain(checkDoors(factsOf([DOOR, DHCLIENT, ...PPP], { keepers })))).toEqual([])
  })

  it('knows the script of udhcpc, where that only has to be named to it', () => {
    const keepers = { ...NO_KEEPERS, udhcpc: ['eth1'] }
    expect(complain(checkDoors(factsOf([UDHCPC_SCRIPT], { keepers })))).toEqual([
      `warn eth1: udhcpc keeps it, and has no door: what it changes is not followed | udhcpc -s ${UDHCPC_SCRIPT}, or systemctl enable --now mptcp-routes; see docs/managers/udhcpc.md`,
    ])
  })

  it('names a door that is not whole, one that is not executable, and one that leads nowhere', () => {
    expect(complain(checkDoors(factsOf([DOOR, ...PPP.slice(1)])))).toEqual([
      'warn the door of pppd is not whole: /etc/ppp/ip-up.d/mptcp is missing | AGAIN; see docs/managers/pppd.md',
    ])
    expect(complain(checkDoors(factsOf([DOOR, ...PPP.slice(1)], {}, PPP.slice(0, 1))))).toEqual([
      'warn the door of pppd is not executable, so it is skipped: /etc/ppp/ip-up.d/mptcp | chmod 755 /etc/ppp/ip-up.d/mptcp',
    ])
    expect(complain(checkDoors(factsOf([DHCLIENT])))).toEqual([
      `fail ${DOOR} is missing, so nothing comes of the doors of dhclient | AGAIN`,
    ])
    expect(complain(checkDoors(factsOf(['/lib/netifrc/net/mptcp.sh'])))).toEqual([])
  })

  it('misses the executor of an ifupdown-ng that starts no scripts', () => {
    expect(complain(checkDoors(factsOf([], { muted: true })))).toEqual([
      'warn ifupdown-ng starts no scripts (allow_addon_scripts), and has no executor for the hooks | AGAIN; see docs/managers/ifupdown-ng.md',
    ])
    const executor = '/usr/libexec/ifupdown-ng/mptcp'
    expect(complain(checkDoors(factsOf([executor], { muted: true })))).toEqual([])
  })

  it.each([
    ['allow_addon_scripts = 0', true],
    ['# allow_addon_scripts = 0', false],
    ['allow_addon_scripts = 1', false],
  ])('reads of ifupdown-ng: %s', (text, muted) => {
    const edge = { readFile: () => `${text}\n` } as Pick<Edge, 'readFile'> as Edge
    const machine = { status: () => undefined } as Pick<Machine, 'status'> as Machine
    const ifupdown = { kind: 'ifupdown-ng', file: '/usr/sbin/ifup', directory: true }
    expect(readDoors(edge, machine, { ifupdown } as Installation).muted).toBe(muted)
    expect(readDoors(edge, machine, { ifupdown: undefined } as Installation).muted).toBe(false)
  })
})
