/** What is installed of the hooks, and what a boot finds: read from files and by starting the programs. */
import { resolve } from 'node:path'
import type { Edge } from '../../words/edge.ts'
import type { Snapshot } from '../../words/state.ts'
import { unusedNetwork } from '../destination.ts'
import { type Cache, readCaches } from './cache.ts'
import { isRootsAlone, type Machine } from './machine.ts'
import { BOOT_PATH, LEAST_PATH, PLACES } from './places.ts'

export interface Hook {
  readonly file: string
  readonly exists: boolean
  readonly executable: boolean
  /** run-parts would start it; undefined where there is no run-parts to ask. */
  readonly listed: boolean | undefined
  /** What `--version` says of itself, `0.1.0`; undefined where it does not answer. */
  readonly version: string | undefined
}

export interface Installation {
  readonly hooks: readonly Hook[]
  /** Those beside this program, where nothing is installed yet. */
  readonly tree: readonly Hook[]
  /** The tree's own installer. */
  readonly installer: string | undefined
  /** The whole way through Node, iproute2 and the kernel, for a device that is not there, where it could be gone. */
  readonly selfTest: { readonly file: string; readonly fault: string | undefined } | undefined
  /** The Node that callers find: by the least PATH, by the one of ifupdown's service, by that of this run. */
  readonly node: {
    readonly least: string | undefined
    readonly boot: string | undefined
    readonly here: string | undefined
    /** Nobody but root can put another file in the place of that one. */
    readonly isRoots: boolean
    /** `v18.19.0`; undefined where it does not run. */
    readonly version: string | undefined
  }
  readonly caches: readonly Cache[]
  readonly flock: boolean
  readonly ss: boolean
  /** ifupdown, ifupdown-ng or ifupdown2, and the file. */
  readonly ifupdown: { readonly kind: string; readonly file: string; readonly directory: boolean } | undefined
}

interface Query {
  readonly edge: Edge
  readonly machine: Machine
  readonly env: NodeJS.ProcessEnv
  /** Undefined where the kernel did not answer. */
  readonly snapshot: Snapshot | undefined
  /** Where this program lies: in a tree that is not installed yet the hooks lie beside it. */
  readonly directory: string
}

export function readInstallation(query: Query): Installation {
  const { machine, env, directory } = query
  const here = `${env['PATH'] ?? ''}:${BOOT_PATH}`.replace(/^:/, '')
  const boot = machine.find('node', BOOT_PATH)
  const own = machine.find('node', here)
  const answer = boot === undefined ? undefined : machine.run(boot, ['--version'])
  const hooks = PLACES.map((file) => readHook(file, machine))
  const works = ({ exists, executable, version }: Hook) => exists && executable && version !== undefined
  const isInstalled = hooks.some(({ exists }) => exists)
  const beside = isInstalled ? [] : ['mptcp_up', 'mptcp_down'].map((program) => `${directory}/${program}`)
  const tree = beside.map((file) => readHook(file, machine)).filter(({ exists }) => exists)
  const installer = resolve(directory, '../install.sh')
  const tested = [...hooks, ...tree].find((hook) => works(hook) && hook.file.endsWith('/mptcp_up'))
  return {
    hooks,
    tree,
    installer: machine.status(installer)?.isFile ? installer : undefined,
    selfTest: tested && testHook(tested.file, query),
    node: {
      least: machine.find('node', LEAST_PATH),
      boot,
      here: own,
      isRoots: own !== undefined && isOutOfReach(own, machine),
      version: answer?.status === 0 ? answer.stdout.trim() : undefined,
    },
    caches: readCaches(query),
    flock: machine.find('flock', BOOT_PATH) !== undefined,
    ss: machine.find('ss', BOOT_PATH) !== undefined,
    ifupdown: readIfupdown(machine),
  }
}

/** The file, where a link leads, and every directory above both. */
function isOutOfReach(path: string, machine: Machine): boolean {
  const places = [path, machine.realPath(path) ?? path].flatMap((place) =>
    place.split('/').map((_, i, parts) => parts.slice(0, i + 1).join('/') || '/'),
  )
  return places.every((place) => isRootsAlone(place, machine))
}

/** Nothing in the environment but the PATH, as for a run by hand. */
function readHook(file: string, machine: Machine): Hook {
  const status = machine.status(file)
  const [name = ''] = file.split('/').slice(-1)
  const directory = file.slice(0, -name.length - 1)
  const parts = machine.run('run-parts', ['--test', directory])
  const answer = status?.isFile ? machine.run('sh', [file, '--version'], { PATH: BOOT_PATH }) : undefined
  return {
    file,
    exists: status !== undefined,
    executable: status?.isFile === true && (status.mode & 0o111) !== 0,
    listed: parts?.status === 0 ? parts.stdout.split('\n').includes(file) : undefined,
    version:
      answer?.status === 0 ? new RegExp(`^${name} (\\d\\S*)\\s*$`).exec(answer.stdout)?.[1] : undefined,
  }
}

function testHook(file: string, { machine, snapshot }: Query): Installation['selfTest'] {
  const network = snapshot && unusedNetwork(snapshot, 'inet')
  if (snapshot === undefined || network === undefined) {
    return undefined
  }
  const [gateway, address] = network.hosts
  const device = unusedName(snapshot)
  const answer = machine.run('sh', [file, '--dry-run'], {
    ...{ PATH: BOOT_PATH, IFACE: device, ADDRFAM: 'inet' },
    ...{ IF_ADDRESS: address, IF_NETMASK: `${network.length}`, IF_GATEWAY: gateway },
  })
  if (answer?.status !== 0) {
    return { file, fault: answer?.stderr.trim().split('\n').at(-1) || 'no answer' }
  }
  const isRight = answer.stdout.includes(`default via ${gateway} dev ${device} `)
  return { file, fault: isRight ? undefined : 'its plan is wrong' }
}

function unusedName({ links }: Snapshot): string {
  const names = new Set(links.flatMap(({ name, altnames }) => [name, ...altnames]))
  let number = 0
  while (names.has(`mptcp-check${number}`)) {
    number += 1
  }
  return `mptcp-check${number}`
}

function readIfupdown(machine: Machine): Installation['ifupdown'] {
  const file = machine.find('ifup', BOOT_PATH)
  if (file === undefined) {
    return undefined
  }
  const answer = machine.run(file, ['--version'])
  const words = `${machine.realPath(file)} ${answer?.stdout} ${answer?.stderr}`
  const kind = ['ifupdown-ng', 'ifupdown2'].find((name) => words.includes(name)) ?? 'ifupdown'
  return { kind, file, directory: machine.status('/etc/network') !== undefined }
}
