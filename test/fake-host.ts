/** A host on the fake kernel, from lines of `ip`, and runs on it. */
import type { Event } from '../src/ask/environment.ts'
import { readRecords } from '../src/ask/records.ts'
import { converge } from '../src/converge.ts'
import type { Edge } from '../src/words/edge.ts'
import { type Environment, event, refusalOf } from './captured.ts'
import { createDisk, type Disk } from './fake-kernel/disk.ts'
import { createFakeEdge } from './fake-kernel/edge.ts'
import { type Intercept, interpose, PASS, type Written } from './fake-kernel/interpose.ts'
import { createKernel, type Kernel } from './fake-kernel/kernel.ts'

export interface FakeHost {
  readonly kernel: Kernel
  readonly disk: Disk
  readonly edge: Edge
}

/** The page's host: two uplinks, main's default through the first. */
export const PAGE = [
  ...['eth0', 'eth1'].flatMap((name) => [
    `link add ${name} type veth peer name p${name}`,
    `link set dev p${name} up`,
    `link set dev ${name} up`,
  ]),
  ...[
    'addr add 10.1.1.2/24 dev eth0',
    'addr add 10.1.2.2/24 dev eth1',
    'route add default via 10.1.1.1 dev eth0',
  ],
]

export function hostWith(...lines: readonly string[]): FakeHost {
  const kernel = createKernel()
  const disk = createDisk()
  const host = { kernel, disk, edge: createFakeEdge(kernel, disk) }
  change(host, ...lines)
  return host
}

/** What somebody else does; a line about IPv6 rules begins with `-6`. */
export function change({ edge }: FakeHost, ...lines: readonly string[]): void {
  for (const line of lines) {
    const isSix = line.startsWith('-6 ')
    const { status, stderr } = edge.ip(
      [...(isSix ? ['-6'] : []), '-batch', '-'],
      `${line.replace('-6 ', '')}\n`,
    )
    if (status !== 0) {
      throw new Error(`the fake kernel refuses "${line}": ${stderr}`)
    }
  }
}

/** What stands in the kernel, without what belongs to the moment: addresses' order, lifetimes, the next id. */
export function stateOf({ kernel }: FakeHost): string {
  const { links, addresses, rules, routes, endpoints, subflows, addAddrAccepted } = kernel
  const sorted = (items: readonly unknown[]) => items.map((item) => JSON.stringify(item)).sort()
  return [links, addresses, rules, routes, endpoints]
    .flatMap(sorted)
    .concat(`${subflows} ${addAddrAccepted}`)
    .join('\n')
}

export const recordsOf = ({ edge }: FakeHost) => readRecords(edge)

/** eth1's stanza of the page, as ifup hands it over. */
export const IFUP = {
  ...{ IFACE: 'eth1', ADDRFAM: 'inet', METHOD: 'static', MODE: 'start', PHASE: 'post-up' },
  ...{ IF_ADDRESS: '10.1.2.2', IF_NETMASK: '255.255.255.0', IF_MPTCP_GATEWAY: '10.1.2.1' },
}

export const ifup = (changes: Environment = {}): Event => event({ ...IFUP, ...changes })
export const ifdown = (changes: Environment = {}): Event =>
  event({ ...IFUP, MODE: 'stop', PHASE: 'post-down', ...changes }, 'down')

export interface Means {
  readonly intercept?: Intercept
  readonly edge?: Partial<Edge>
  readonly dryRun?: boolean
  readonly strict?: boolean
}

/** What a run leaves behind besides the host's state. */
export function run(
  host: FakeHost,
  asked: Event,
  { intercept = PASS, edge = {}, dryRun = false, strict = false }: Means = {},
) {
  const written: Written[] = []
  const told: string[] = []
  const commands: string[] = []
  const report = {
    notice: (text: string) => told.push(text),
    detail: (text: string) => told.push(`(${text})`),
    command: (text: string) => commands.push(text),
  }
  const between = interpose({ ...host.edge, ...edge }, intercept, written)
  const refusal = refusalOf(() => converge({ event: asked, edge: between, env: {}, dryRun, strict, report }))
  return { refusal, told, commands, lines: written.map(({ line }) => line) }
}

/** A written line as the command that a run tells. */
export function typed(line: string): string {
  return line.startsWith('sysctl ') ? line : `ip ${line}`
}
