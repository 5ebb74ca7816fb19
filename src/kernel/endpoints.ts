/** The text of `ip -N mptcp endpoint show` and `limits show`, and the kernel's switches for Multipath TCP. */
import { parseIp } from '../words/address.ts'
import type { Edge } from '../words/edge.ts'
import type { Endpoint, EndpointFlag, Limits, Mptcp } from '../words/state.ts'

const FLAGS: readonly EndpointFlag[] = ['subflow', 'signal', 'backup', 'fullmesh', 'laminar']

/** Flags that some versions of `ip` have no word for and print as a number, the kernel's include/uapi/linux/mptcp.h. */
const RAW_FLAGS = { implicit: 0x10, laminar: 0x20 } as const

/** `10.1.1.2 port 99 id 9 signal rawflags 10 dev eth0`; undefined where the line is no endpoint. */
export function parseEndpoint(line: string): Endpoint | undefined {
  const [, text = '', port, id, rest = ''] = /^([^ ]+) (?:port (\d+) )?id (\d+)(.*)$/.exec(line) ?? []
  const ip = parseIp(text)
  if (ip === undefined || id === undefined) {
    return undefined
  }
  const [, words = '', device] = /^(.*?)(?: dev ([^ ]+))? *$/.exec(rest) ?? []
  const flags = words.split(' ')
  const raw = Number.parseInt(/ rawflags ([0-9a-f]+)/.exec(words)?.[1] ?? '0', 16)
  const isRaw = (flag: string) => (flag === 'laminar' || flag === 'implicit') && (raw & RAW_FLAGS[flag]) !== 0
  return {
    id: Number(id),
    address: ip.text,
    port: port === undefined ? undefined : Number(port),
    device,
    flags: FLAGS.filter((flag) => flags.includes(flag) || isRaw(flag)),
    implicit: flags.includes('implicit') || isRaw('implicit'),
  }
}

/** `add_addr_accepted 0 subflows 2` */
export function parseLimits(line: string): Limits | undefined {
  const [, accepted, subflows] = /^add_addr_accepted (\d+) subflows (\d+) *$/.exec(line) ?? []
  return subflows === undefined
    ? undefined
    : { subflows: Number(subflows), addAddrAccepted: Number(accepted) }
}

const SYSCTL = '/proc/sys/net/mptcp'

/** Undefined where the kernel has no Multipath TCP. */
export function readMptcp(edge: Edge): Mptcp | undefined {
  const enabled = edge.readFile(`${SYSCTL}/enabled`)
  if (enabled === undefined) {
    return undefined
  }
  const type = edge.readFile(`${SYSCTL}/pm_type`)?.trim()
  const name = edge.readFile(`${SYSCTL}/path_manager`)?.trim()
  const isForeign = type === '1' || (name !== undefined && name !== 'kernel')
  return { enabled: enabled.trim() === '1', pathManager: isForeign ? 'userspace' : 'kernel' }
}
