/** An `Edge` over the fake kernel and a fake disk. */
import ipaddr from 'ipaddr.js'
import type { Edge, Outcome } from '../../src/words/edge.ts'
import type { Family } from '../../src/words/state.ts'
import { createDisk, type Disk, listDirectory } from './disk.ts'
import { type Fault, findLink, type Kernel } from './kernel.ts'
import { endDetection } from './links.ts'
import { answerLine, linkLocalOf } from './read.ts'
import { runLine } from './write.ts'

/** Duplicate address detection takes the kernel about this long. */
const DETECTION = 1000

export function createFakeEdge(kernel: Kernel, disk: Disk = createDisk()): Edge {
  let slept = 0
  const { files, locked } = disk
  const lock: Edge['lock'] = (path) => {
    if (!disk.writable) {
      return 'none'
    }
    if (locked.has(path)) {
      return 'busy'
    }
    locked.add(path)
    return { release: () => locked.delete(path) }
  }
  return {
    ip: (args, input) => runIp(kernel, args, input),
    ipUpTo: (args) => unknown(args),
    nft: () => undefined,
    dhcpcdLease: () => '',
    readFile: (path) => files.get(path) ?? readProc(kernel, path),
    listDirectory: (path) => listDirectory(disk, path),
    writeFile: (path, text) => {
      if (disk.writable) {
        files.set(path, text)
      }
      return disk.writable
    },
    removeFile: (path) => {
      if (disk.writable) {
        files.delete(path)
      }
    },
    writeSysctl: (path, value) => (disk.settable ? writeSysctl(kernel, path, value) : 'EROFS'),
    isReadOnly: (path) => path.startsWith('/proc/sys/') && !disk.settable,
    networkNamespace: () => '4-4026531840',
    lock,
    tryLock: lock,
    tryShared: (path) => {
      const whenWritable = locked.has(path) ? 'busy' : { release: () => {} }
      return disk.writable ? whenWritable : 'none'
    },
    now: () => new Date(Date.UTC(2026, 10, 23) + disk.minutes * 60_000),
    sleep: (milliseconds) => {
      slept += milliseconds
      if (slept >= DETECTION) {
        endDetection(kernel)
      }
    },
  }
}

function unknown(args: readonly string[]): never {
  throw new Error(`the fake kernel does not know "ip ${args.join(' ')}"`)
}

function readProc(kernel: Kernel, path: string): string | undefined {
  switch (path) {
    case '/proc/sys/net/mptcp/enabled':
      return '1\n'
    case '/proc/sys/kernel/random/boot_id':
      return '5f0c2ad1-54a8-4d4b-a7b6-000000000001\n'
    case '/proc/net/dev':
      return printDevices(kernel)
    case '/proc/net/if_inet6':
      return printInterfaces6(kernel)
    case '/proc/net/ipv6_route':
      return printRoutes6(kernel)
    default:
      return findSysctl(kernel, path)?.read()
  }
}

const SYSCTL = /^\/proc\/sys\/net\/(ipv[46])\/conf\/([^/]+)\/ignore_routes_with_linkdown$/

/** The one file of a device that a run writes. */
function findSysctl(kernel: Kernel, path: string) {
  const [, branch, device] = SYSCTL.exec(path) ?? []
  const link = kernel.links.find(({ name }) => name === device)
  const family: Family = branch === 'ipv6' ? 'inet6' : 'inet'
  return (
    link && {
      read: () => `${link.ignoring[family]}\n`,
      write: (value: string) => {
        link.ignoring[family] = value === '1' ? 1 : 0
      },
    }
  )
}

function writeSysctl(kernel: Kernel, path: string, value: string): string | undefined {
  const file = findSysctl(kernel, path)
  file?.write(value)
  return file === undefined ? 'ENOENT' : undefined
}

function runIp(kernel: Kernel, args: readonly string[], input: string): Outcome {
  const options = args.join(' ')
  if (options === 'mptcp help') {
    return {
      status: 255,
      stdout: '',
      stderr: 'Usage: ip mptcp endpoint add ADDRESS … FLAG := [ signal | subflow | backup | fullmesh ]\n',
    }
  }
  const parsed = /^(-[46] )?(-N -d -o )?(-force )?-batch -$/.exec(options)
  if (parsed === null || !input.endsWith('\n')) {
    return unknown(args)
  }
  const family: Family = parsed[1] === '-6 ' ? 'inet6' : 'inet'
  const reads = parsed[2] !== undefined
  const isForced = parsed[3] !== undefined
  return runBatch(input, isForced, (line) =>
    reads ? answerLine(kernel, family, line) : runLine(kernel, family, line),
  )
}

function runBatch(
  input: string,
  isForced: boolean,
  run: (line: string) => string | Fault | undefined,
): Outcome {
  let stdout = ''
  let stderr = ''
  let status = 0
  for (const [i, line] of input.slice(0, -1).split('\n').entries()) {
    const answer = run(line)
    if (typeof answer === 'string') {
      stdout += answer
    } else if (answer !== undefined) {
      stderr += printFault(answer, i + 1)
      status = answer.gaveUp ? 255 : 1
    }
    if (status === 255 || (status !== 0 && !isForced)) {
      break
    }
  }
  return { status, stdout, stderr }
}

function printFault({ words, gaveUp }: Fault, line: number): string {
  return gaveUp ? `${words}\n` : `${words}\nCommand failed -:${line}\n`
}

function printDevices({ links }: Kernel): string {
  const names = ['lo', ...links.map(({ name }) => name)]
  return `Inter-|   Receive\n face |bytes\n${names.map((name) => `${name.padStart(6)}: 0 0\n`).join('')}`
}

function toHex(address: string): string {
  const hex = (value: number) => value.toString(16).padStart(2, '0')
  return ipaddr.IPv6.parse(address).toByteArray().map(hex).join('')
}

/** /proc/net/if_inet6: address, interface index, prefix length, scope, flags (all hexadecimal), name. */
function printInterfaces6(kernel: Kernel): string {
  const hex = (value: number) => value.toString(16).padStart(2, '0')
  const carried = kernel.addresses
    .filter(({ family }) => family === 'inet6')
    .map(({ local, length, tentative, device }) => {
      const index = findLink(kernel, device)?.index ?? 0
      return `${toHex(local)} ${hex(index)} ${hex(length)} 00 ${tentative ? '40' : '80'} ${device}\n`
    })
  const linkLocal = kernel.links
    .filter(({ up }) => up)
    .map((link) => `${toHex(linkLocalOf(link))} ${hex(link.index)} 40 20 80 ${link.name}\n`)
  return [...carried, ...linkLocal].join('')
}

const PREFERENCES = { medium: 0, high: 1, low: 3 } as const

/** /proc/net/ipv6_route, of which the preferences of sibling hops are read: bits 27 and 28 of the flags. */
function printRoutes6({ routes }: Kernel): string {
  const hex = (value: number, digits: number) => (value >>> 0).toString(16).padStart(digits, '0')
  const nowhere = toHex('::')
  return routes
    .filter(({ family, type }) => family === 'inet6' && type === 1)
    .map(({ destination, hops: [hop], metric, preference }) => {
      const [address = '', length = '128'] = destination === 'default' ? ['::', '0'] : destination.split('/')
      const place = `${toHex(address)} ${hex(Number(length), 2)} ${nowhere} 00`
      const gateway = hop?.gateway === undefined ? nowhere : toHex(hop.gateway)
      const flags = hex((PREFERENCES[preference] << 27) | 1, 8)
      return `${place} ${gateway} ${hex(metric, 8)} 00000001 00000000 ${flags} ${hop?.device?.padStart(8)}\n`
    })
    .join('')
}
