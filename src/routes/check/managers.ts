/** Points about other programs that keep interfaces: on a device of ifupdown's two masters are one too many. */
import type { Endpoint } from '../../words/state.ts'
import { commandLine, listed } from '../words.ts'
import { type Finding, fail, ok, warn } from './finding.ts'

export type ManagerName = 'NetworkManager' | 'systemd-networkd' | 'dhcpcd' | 'ConnMan'

export interface Manager {
  readonly name: ManagerName
  /** The devices that it keeps; undefined where it does not tell. */
  readonly devices: readonly string[] | undefined
}

export interface ManagerFacts {
  /** Those that run in this network. */
  readonly managers: readonly Manager[]
  /** The devices that ifupdown knows. */
  readonly ifupdown: ReadonlySet<string>
  /** The devices of uplinks. */
  readonly uplinks: ReadonlySet<string>
  /** systemd-networkd is told to leave the rules of others alone. */
  readonly sparesRules: boolean
  readonly watched: boolean
  /** Endpoints that are not ours. */
  readonly strangers: readonly Endpoint[]
}

interface Words {
  /** How one finds out what it keeps. */
  readonly see: string
  /** How it leaves devices to ifupdown. */
  readonly cure: (devices: readonly string[]) => string
}

const WORDS: Readonly<Record<ManagerName, Words>> = {
  NetworkManager: {
    see: 'nmcli device',
    cure: (devices) =>
      `managed=false under [ifupdown] in /etc/NetworkManager/NetworkManager.conf; until its restart: ${devices.map((device) => commandLine('nmcli', 'device', 'set', device, 'managed', 'no')).join('; ')}`,
  },
  'systemd-networkd': {
    see: 'networkctl',
    cure: (devices) =>
      `take ${listed(devices)} out of /etc/systemd/network (or say Unmanaged=yes under [Link] there)`,
  },
  dhcpcd: {
    see: 'man dhcpcd.conf',
    cure: (devices) =>
      `denyinterfaces ${devices.join(' ')} in /etc/dhcpcd.conf, or: systemctl disable --now dhcpcd`,
  },
  ConnMan: {
    see: 'connmanctl services',
    cure: (devices) =>
      `NetworkInterfaceBlacklist = ${devices.join(',')} under [General] in /etc/connman/main.conf, or: systemctl disable --now connman`,
  },
}

/** One for a single interface, as ifupdown starts it, is no manager. */
const ABSENT: Readonly<Partial<Record<ManagerName, string>>> = { dhcpcd: 'does not run as a service' }

const NAMES = Object.keys(WORDS) as ManagerName[]

export function checkManagers(facts: ManagerFacts): Finding[] {
  return NAMES.flatMap((name) => {
    const manager = facts.managers.find((one) => one.name === name)
    return manager === undefined
      ? [ok(`${name} ${ABSENT[name] ?? 'does not run'}`)]
      : checkManager(manager, facts)
  })
}

function checkManager({ name, devices }: Manager, facts: ManagerFacts): Finding[] {
  if (devices === undefined) {
    return [fail(`${name} runs and does not say what it keeps`, `see: ${WORDS[name].see}`)]
  }
  const common = devices.filter((device) => facts.ifupdown.has(device))
  if (common.length > 0) {
    return [fail(`${name} keeps what ifupdown keeps too: ${listed(common)}`, WORDS[name].cure(common))]
  }
  const kept = devices.filter((device) => facts.uplinks.has(device))
  const habits = name === 'NetworkManager' ? checkEndpoints(kept, facts) : checkForeign(name, facts)
  const what = kept.length > 0 ? `keeps ${listed(kept)}` : 'leaves uplinks alone'
  return habits.length > 0 ? habits : [ok(`${name} runs and ${what}`)]
}

/** It gives and takes endpoints of its own, which stand where ours would. */
function checkEndpoints(kept: readonly string[], { strangers }: ManagerFacts): Finding[] {
  const own = kept.filter((name) => strangers.some(({ device }) => device === name))
  const cure = 'nmcli connection modify NAME connection.mptcp-flags disabled'
  return own.length === 0 ? [] : [warn(`NetworkManager makes endpoints of its own for ${listed(own)}`, cure)]
}

const SPARING = '/etc/systemd/networkd.conf.d/ifupdown-mptcp.conf'

/** At each start and reconfiguration it removes what it does not know, on every device. */
function checkForeign(name: ManagerName, { sparesRules, watched, uplinks }: ManagerFacts): Finding[] {
  if (name !== 'systemd-networkd' || sparesRules || watched || uplinks.size === 0) {
    return []
  }
  const what = 'systemd-networkd runs, and removes the rules and routes of others when it is restarted'
  const lines = "'[Network]' ManageForeignRoutingPolicyRules=no ManageForeignRoutes=no"
  return [
    warn(what, `mkdir -p ${SPARING.replace(/\/[^/]*$/, '')} && printf '%s\\n' ${lines} | tee ${SPARING}`),
  ]
}
