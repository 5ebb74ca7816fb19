/** An `Edge` over the fake kernel, and the faults that can be put between a run and any edge, the real one included. */
import ipaddr from 'ipaddr.js'
import type { Edge, Outcome } from '../../src/kernel/ip.ts'
import type { Family } from '../../src/words/state.ts'
import { type Fault, findLink, type Kernel } from './kernel.ts'
import { endDetection } from './links.ts'
import { answerLine } from './read.ts'
import { runLine } from './write.ts'

/** The files of a host that has nothing special; tests add what they need. */
export type Files = Readonly<Record<string, string>>

/** Duplicate address detection takes the kernel about this long. */
const DETECTION = 1000

export function createFakeEdge(kernel: Kernel, files: Files = {}): Edge {
  let slept = 0
  return {
    ip: (args, input) => runBatch(kernel, args, input),
    dhcpcdLease: () => '',
    readFile: (path) => {
      switch (path) {
        case '/proc/sys/net/mptcp/enabled':
          return files[path] ?? '1\n'
        case '/proc/net/if_inet6':
          return printInterfaces6(kernel)
        default:
          return files[path]
      }
    },
    listDirectory: () => [],
    now: () => new Date(Date.UTC(2026, 10, 23)),
    sleep: (milliseconds) => {
      slept += milliseconds
      if (slept >= DETECTION) {
        endDetection(kernel)
      }
    },
  }
}

function runBatch(kernel: Kernel, args: readonly string[], input: string): Outcome {
  const options = args.join(' ')
  const parsed = /^(-6 )?(-N -j )?(-force )?-batch -$/.exec(options)
  if (parsed === null || !input.endsWith('\n')) {
    throw new Error(`the fake kernel does not know "ip ${options}"`)
  }
  const family: Family = parsed[1] === undefined ? 'inet' : 'inet6'
  const reads = parsed[2] !== undefined
  let stdout = ''
  let stderr = ''
  let status = 0
  for (const [i, line] of input.slice(0, -1).split('\n').entries()) {
    const answer = reads ? answerLine(kernel, family, line) : runLine(kernel, family, line)
    if (typeof answer === 'string') {
      stdout += answer
    } else if (answer !== undefined) {
      stderr += printFault(answer, i + 1)
      status = answer.gaveUp ? 255 : 1
    }
    if (status === 255 || (status !== 0 && parsed[3] === undefined)) {
      break
    }
  }
  return { status, stdout, stderr }
}

function printFault({ words, gaveUp }: Fault, line: number): string {
  return gaveUp ? `${words}\n` : `${words}\nCommand failed -:${line}\n`
}

/** /proc/net/if_inet6: address, interface index, prefix length, scope, flags (all hexadecimal), name. */
function printInterfaces6(kernel: Kernel): string {
  const hex = (value: number) => value.toString(16).padStart(2, '0')
  return kernel.addresses
    .filter(({ family }) => family === 'inet6')
    .map(({ local, length, tentative, device }) => {
      const digits = ipaddr.IPv6.parse(local).toByteArray().map(hex).join('')
      const index = findLink(kernel, device)?.index ?? 0
      return `${digits} ${hex(index)} ${hex(length)} 00 ${tentative ? '40' : '80'} ${device}\n`
    })
    .join('')
}
