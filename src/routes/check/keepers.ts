/** Which programs keep leases and dial-up lines here, and of which devices: from processes. */
import type { Link } from '../../words/state.ts'
import type { Process } from './machine.ts'
import type { ManagerFacts, ManagerName } from './managers.ts'
import { UDHCPC_SCRIPT } from './places.ts'

export type KeeperName = 'dhclient' | 'dhcpcd' | 'udhcpc' | 'pppd' | 'NetworkManager'

/** The devices that each of them keeps; it may be none. */
export type Keepers = Readonly<Record<KeeperName, readonly string[]>>

/** @param managers those that say what they keep; of what ifupdown keeps too there are other points */
export function readKeepers(
  processes: readonly Process[],
  links: readonly Link[],
  { managers, ifupdown }: Pick<ManagerFacts, 'managers' | 'ifupdown'>,
): Keepers {
  const running = (name: KeeperName) => processes.filter((process) => process.name === name)
  const told = (name: ManagerName) =>
    managers.find((one) => one.name === name)?.devices?.filter((device) => !ifupdown.has(device)) ?? []
  const others = links.filter(({ name }) => name !== 'lo')
  return {
    // Without a word of a device it takes all of them.
    dhclient: running('dhclient').flatMap((process) => orAll(namedBy(process, others), others)),
    dhcpcd: [...running('dhcpcd').flatMap((process) => namedBy(process, others)), ...told('dhcpcd')],
    udhcpc: running('udhcpc')
      .filter(({ words }) => !words.some((word) => word.endsWith(UDHCPC_SCRIPT)))
      .flatMap((process) => orDefault(namedBy(process, others))),
    pppd: running('pppd').length > 0 ? others.filter(({ ppp }) => ppp).map(({ name }) => name) : [],
    NetworkManager: told('NetworkManager'),
  }
}

/** Daemons show themselves with blanks within a word (`dhcpcd: eth1 [ip4]`), and some options with their value behind. */
function namedBy({ words }: Process, links: readonly Link[]): string[] {
  const parts = words.flatMap((word) => word.replace(/^(-i|--interface=)/, '').split(/\s+/))
  return links.filter(({ name }) => parts.includes(name)).map(({ name }) => name)
}

function orAll(names: readonly string[], links: readonly Link[]): readonly string[] {
  return names.length > 0 ? names : links.map(({ name }) => name)
}

/** udhcpc's own. */
function orDefault(names: readonly string[]): readonly string[] {
  return names.length > 0 ? names : ['eth0']
}
