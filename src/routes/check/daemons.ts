/** Which other programs keep interfaces here, and which: from processes, runtime files and configurations. */
import { sectionFor } from '../../ask/configuration.ts'
import type { Edge } from '../../words/edge.ts'
import type { Link } from '../../words/state.ts'
import type { Machine, Process } from './machine.ts'
import type { Manager } from './managers.ts'

export interface DaemonQuery {
  readonly edge: Edge
  readonly machine: Machine
  readonly processes: readonly Process[]
  readonly links: readonly Link[]
}

export function readManagers(query: DaemonQuery): Manager[] {
  const { processes, edge, links } = query
  const runs = (name: string) => processes.some((process) => process.name === name)
  return [
    ...(runs('NetworkManager')
      ? [{ name: 'NetworkManager', devices: askNetworkManager(query) } as const]
      : []),
    // The kernel keeps 15 characters of a process's name.
    ...(runs('systemd-network')
      ? [{ name: 'systemd-networkd', devices: networkdDevices(edge, links) } as const]
      : []),
    ...(processes.some((process) => isDhcpcdService(process, links))
      ? [{ name: 'dhcpcd', devices: dhcpcdDevices(edge, links) } as const]
      : []),
    ...(runs('connmand') ? [{ name: 'ConnMan', devices: connmanDevices(edge, links) } as const] : []),
  ]
}

function namesOf(links: readonly Link[], isKept: (link: Link) => boolean): string[] {
  return links.filter((link) => link.name !== 'lo' && isKept(link)).map(({ name }) => name)
}

function askNetworkManager({ machine, edge, links }: DaemonQuery): string[] | undefined {
  const answer = machine.run('nmcli', ['-t', '-f', 'DEVICE,STATE', 'device'])
  if (answer?.status === 0) {
    const lines = answer.stdout.split('\n').map((line) => /^(.*):([^:]+)$/.exec(line) ?? [])
    return lines.flatMap(([, device, state]) =>
      device === undefined || state === 'unmanaged' ? [] : device.replaceAll('\\', ''),
    )
  }
  const states = links.map((link) => ({
    link,
    text: edge.readFile(`/run/NetworkManager/devices/${link.index}`),
  }))
  const isKept = (text: string | undefined) => /^(managed=true|connection-uuid=.)/m.test(text ?? '')
  return states.every(({ text }) => text === undefined)
    ? undefined
    : states.filter(({ text }) => isKept(text)).map(({ link }) => link.name)
}

function networkdDevices(edge: Edge, links: readonly Link[]): string[] {
  return namesOf(links, ({ index }) => {
    const state = /^ADMIN_STATE=(.*)$/m.exec(edge.readFile(`/run/systemd/netif/links/${index}`) ?? '')?.[1]
    return state !== undefined && state !== 'unmanaged'
  })
}

/** Whether systemd-networkd is told to leave rules that it did not make alone; of several files the last one counts. */
export function sparesForeignRules(edge: Edge): boolean {
  const directories = ['/usr/lib/systemd', '/run/systemd', '/etc/systemd']
  const files = directories.flatMap((directory) => {
    const parts = edge.listDirectory(`${directory}/networkd.conf.d`).filter((name) => name.endsWith('.conf'))
    return [`${directory}/networkd.conf`, ...parts.map((name) => `${directory}/networkd.conf.d/${name}`)]
  })
  const text = files.map((file) => edge.readFile(file) ?? '').join('\n')
  const last = [...text.matchAll(/^ManageForeignRoutingPolicyRules=(.*)$/gm)].at(-1)?.[1]
  return /^(no|false|off|0)$/i.test(last?.trim() ?? '')
}

/** ifupdown starts a dhcpcd for each interface. The service is the one that keeps them all. */
function isDhcpcdService({ name, words }: Process, links: readonly Link[]): boolean {
  const line = words.join(' ')
  if (name !== 'dhcpcd') {
    return false
  }
  if (/\[(manager|master)\]/.test(line)) {
    return true
  }
  return !line.includes('dhcpcd:') && !words.some((word) => links.some((link) => link.name === word))
}

function dhcpcdDevices(edge: Edge, links: readonly Link[]): string[] {
  const text = edge.readFile('/etc/dhcpcd.conf') ?? ''
  const denied = globsOf(text, 'denyinterfaces')
  const allowed = globsOf(text, 'allowinterfaces')
  const matches = (globs: readonly string[], device: string) =>
    sectionFor(device, [{ globs, line: 0, variables: {} }]) !== undefined
  return namesOf(
    links,
    ({ name }) => !matches(denied, name) && (allowed.length === 0 || matches(allowed, name)),
  )
}

function globsOf(text: string, option: string): string[] {
  const lines = [...text.matchAll(new RegExp(`^\\s*${option}\\s+(.*)$`, 'gm'))]
  return lines.flatMap(([, globs = '']) => globs.split(/\s+/).filter(Boolean))
}

/** connman.conf(5): names begin with an item of the list; this is the list where the file has none. */
const CONNMAN_IGNORES = 'vmnet,vboxnet,virbr,ifb,ve-,vb-'

function connmanDevices(edge: Edge, links: readonly Link[]): string[] {
  const text = edge.readFile('/etc/connman/main.conf') ?? ''
  const list = /^\s*NetworkInterfaceBlacklist\s*=\s*(.*)$/m.exec(text)?.[1] ?? CONNMAN_IGNORES
  const ignored = list.split(/[,;]\s*/).filter(Boolean)
  return namesOf(links, ({ name }) => !ignored.some((start) => name.startsWith(start.trim())))
}

/** Every device that ifupdown knows by name, up or not. */
export function ifupdownDevices(machine: Machine): Set<string> {
  const questions = [['-a', '--list'], ['--list', '--allow=hotplug'], ['--state']]
  const answers = questions.map((args) => machine.run('ifquery', args)?.stdout ?? '')
  const names = answers
    .join('\n')
    .split('\n')
    .map((line) => line.split(/[=:]/)[0]?.trim() ?? '')
  return new Set(names.filter((name) => /^[\w.@+-]+$/.test(name) && name !== 'lo'))
}
