import { describe, expect, it } from 'vitest'
import { checkManagers, type Manager, type ManagerFacts } from '../../../src/routes/check/managers.ts'
import { world } from '../../plan/worlds.ts'
import { complain, say } from './points.ts'

function factsOf(managers: readonly Manager[], changes: Partial<ManagerFacts> = {}): ManagerFacts {
  return {
    managers,
    ifupdown: new Set(['eth0', 'eth1']),
    uplinks: new Set(['eth0', 'eth1', 'wlan0']),
    ...{ sparesRules: true, watched: false, strangers: [] },
    ...changes,
  }
}

const complaintsOf = (manager: Manager, changes: Partial<ManagerFacts> = {}) =>
  complain(checkManagers(factsOf([manager], changes)))

describe('checkManagers', () => {
  it('says of each that it does not run', () => {
    expect(say(checkManagers(factsOf([])))).toEqual([
      'ok NetworkManager does not run',
      'ok systemd-networkd does not run',
      'ok dhcpcd does not run as a service',
      'ok ConnMan does not run',
    ])
  })

  it.each<[Manager['name'], string]>([
    ['NetworkManager', 'nmcli device set eth1 managed no'],
    ['systemd-networkd', 'Unmanaged=yes'],
    ['dhcpcd', 'denyinterfaces eth1 in /etc/dhcpcd.conf'],
    ['ConnMan', 'NetworkInterfaceBlacklist = eth1 under [General] in /etc/connman/main.conf'],
  ])('%s on a device of ifupdown is one master too many', (name, cure) => {
    const [complaint, ...more] = complaintsOf({ name, devices: ['eth1', 'wlan0'] })
    expect(complaint).toContain(`fail ${name} keeps what ifupdown keeps too: eth1 | `)
    expect(complaint).toContain(cure)
    expect(more).toEqual([])
  })

  it('gives a name to a shell as one word', () => {
    const changes = { ifupdown: new Set(['e;1']) }
    expect(complaintsOf({ name: 'NetworkManager', devices: ['e;1'] }, changes)[0]).toContain(
      "nmcli device set 'e;1' managed no",
    )
  })

  it.each<Manager['name']>(['NetworkManager', 'systemd-networkd', 'dhcpcd', 'ConnMan'])(
    '%s that keeps an uplink alone is welcome',
    (name) => {
      const findings = checkManagers(factsOf([{ name, devices: ['wlan0', 'virbr0'] }]))
      expect(say(findings)).toContain(`ok ${name} runs and keeps wlan0`)
      expect(complain(findings)).toEqual([])
    },
  )

  it('names one that does not tell', () => {
    expect(complaintsOf({ name: 'NetworkManager', devices: undefined })).toEqual([
      'fail NetworkManager runs and does not say what it keeps | see: nmcli device',
    ])
  })

  it("names NetworkManager's own endpoints, on its own devices", () => {
    const manager = { name: 'NetworkManager', devices: ['wlan0'] } as const
    const endpointsOn = (device: string) => ({
      strangers: world(`link ${device}`, `endpoint 10.1.3.2 id 1 subflow dev ${device}`).endpoints,
    })
    expect(complaintsOf(manager, endpointsOn('wlan0'))).toEqual([
      'warn NetworkManager makes endpoints of its own for wlan0 | nmcli connection modify NAME connection.mptcp-flags disabled',
    ])
    expect(complaintsOf(manager, endpointsOn('eth0'))).toEqual([])
  })

  it('names a systemd-networkd that takes out rules of others, unless somebody puts them back', () => {
    const manager = { name: 'systemd-networkd', devices: [] } as const
    const [complaint] = complaintsOf(manager, { sparesRules: false })
    expect(complaint).toMatch(/^warn systemd-networkd runs, and removes the rules and routes of others/)
    expect(complaint).toContain('ManageForeignRoutingPolicyRules=no')
    expect(complaintsOf(manager, { sparesRules: false, watched: true })).toEqual([])
    expect(complaintsOf(manager, { sparesRules: false, uplinks: new Set() })).toEqual([])
  })
})
