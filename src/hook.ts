/** A hook run: arguments, messages and exit status. */
import { parseArgs } from 'node:util'
import { isByKeeper, parseWord } from './ask/door.ts'
import { isUnderManager, parseEnvironment } from './ask/environment.ts'
import { isStrict } from './ask/options.ts'
import { converge } from './converge.ts'
import type { Follow } from './follow.ts'
import type { Edge } from './words/edge.ts'
import { quote, Refusal } from './words/refusal.ts'

/** Which of the two hooks runs. */
export type Program = 'up' | 'down'

/** Where a run writes: each text is whole lines. */
export interface Output {
  readonly out: (text: string) => void
  readonly err: (text: string) => void
}

/** The runs of doors, handed in: they go by the configuration, whose parser takes its time to load. */
export type Doors = Pick<typeof import('./follow.ts'), 'follow' | 'followLine'>

declare const VERSION: string

const HELP = {
  up: 'mptcp_up: routing table, rules and MPTCP endpoints for an uplink that has come up (if-up.d)',
  down: 'mptcp_down: takes away what mptcp_up made, and what is orphaned (if-post-down.d, if-down.d)',
} as const

function usage(program: Program): string {
  return `${HELP[program]}

ifupdown runs it for every iface stanza. By hand: IFACE=eth1 mptcp_${program} [option]...

  -n, --dry-run  print the ip commands, run none
  -v, --verbose  print each ip command before it runs
  -h, --help     print this text
      --version  print the version

Environment, as ifupdown sets it: IFACE ADDRFAM METHOD MODE PHASE VERBOSITY
  IF_ADDRESS IF_ADDRESSES IF_NETMASK IF_GATEWAY IF_GATEWAYS IF_POINTOPOINT
Options of the iface stanza, or IF_MPTCP, IF_MPTCP_GATEWAY ... in the environment:
  mptcp on|off                         default on
  mptcp-gateway ADDRESS|none           default: the stanza's, main's, the DHCP lease's
  mptcp-table NUMBER|NAME              default: derived from the interface's name
  mptcp-priority 2..32762              default 31000
  mptcp-endpoint none | subflow signal backup fullmesh laminar (some)
                                       default subflow
  mptcp-main-routes keep|ignore        default keep
  mptcp-metric NUMBER                  default: no default route in main
  mptcp-probe none | gateway ADDRESS ADDRESS:PORT (some)
                                       default none: the service takes it for alive
  mptcp-probe-interval SECONDS         default 5
  mptcp-forward yes|no                 default no: replies of forwarded connections
  mptcp-strict yes|no                  default no: a failure does not fail ifup
`
}

/**
 * Runs the hook.
 *
 * @param args the command line after the program's name
 * @param doors needed where mayFollow() says so
 * @returns the exit status: 1 for a failure by hand or in a strict stanza, else 0, as a hook that fails makes
 *   ifupdown forget the interface
 */
export function runHook(
  program: Program,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  edge: Edge,
  output: Output,
  doors?: Doors,
): number {
  const name = `mptcp_${program}`
  try {
    const options = parseArguments(args)
    if (options.help || options.version) {
      output.out(options.help ? usage(program) : `${name} ${VERSION}\n`)
      return 0
    }
    const tell = (text: string) => output.err(`${name}: ${interfaceName(env)}${text}\n`)
    const { 'dry-run': dryRun = false, verbose = false } = options
    runEvent(program, env, edge, { dryRun, verbose, tell, output, doors })
    return 0
  } catch (error) {
    const internal = error instanceof Error ? error.message : String(error)
    const text =
      error instanceof Refusal ? error.message : `internal error, please report it: ${quote(internal)}`
    output.err(`${name}: ${interfaceName(env)}${text}\n`)
    return isUnderManager(env) && !isStrict(env) ? 0 : 1
  }
}

interface Telling {
  readonly dryRun: boolean
  readonly verbose: boolean
  readonly tell: (text: string) => void
  readonly output: Output
  readonly doors: Doors | undefined
}

function runEvent(program: Program, env: NodeJS.ProcessEnv, edge: Edge, telling: Telling): void {
  const { dryRun, verbose, tell, output, doors } = telling
  const loud = verbose || Number(env['VERBOSITY'] ?? 0) > 0
  const command = (text: string) => {
    if (dryRun) {
      output.out(`${text}\n`)
    } else if (loud) {
      output.err(`${text}\n`)
    }
  }
  const report = { notice: tell, detail: (text: string) => loud && tell(text), command }
  const idle = isByKeeper(env)
    ? runWord(program, env, { edge, env, dryRun, report, doors })
    : runStanza(program, env, { edge, env, dryRun, report, doors })
  if (idle !== undefined && (loud || dryRun)) {
    tell(`nothing to do: ${idle}`)
  }
}

type Means = Omit<Follow, 'word'> & { readonly doors: Doors | undefined }

/** @returns why there is nothing to do, if so */
function runStanza(program: Program, env: NodeJS.ProcessEnv, means: Means): string | undefined {
  const event = parseEnvironment(program, env)
  if ('idle' in event) {
    return event.idle
  }
  event.notices.forEach(means.report.notice)
  converge({ ...means, event, strict: event.byHand || isStrict(env) })
  if (event.dialUp && event.direction === 'up') {
    means.doors?.followLine(event, means)
  }
  return undefined
}

/** @returns why there is nothing to do, if so */
function runWord(program: Program, env: NodeJS.ProcessEnv, means: Means): string | undefined {
  const word = parseWord(program, env)
  if ('idle' in word) {
    return word.idle
  }
  means.doors?.follow({ ...means, word })
  return undefined
}

interface Arguments {
  readonly help?: boolean
  readonly version?: boolean
  readonly 'dry-run'?: boolean
  readonly verbose?: boolean
}

function parseArguments(args: readonly string[]): Arguments {
  // ifupdown gives none; the parser's start-up is then left out.
  if (args.length === 0) {
    return {}
  }
  try {
    return parseArgs({
      args: [...args],
      options: {
        help: { type: 'boolean', short: 'h' },
        version: { type: 'boolean' },
        'dry-run': { type: 'boolean', short: 'n' },
        verbose: { type: 'boolean', short: 'v' },
      },
    }).values
  } catch (error) {
    throw new Refusal(
      `${error instanceof Error ? error.message.split('. ')[0] : 'bad arguments'} (see --help)`,
    )
  }
}

/** IFACE for the start of a message, harmless whatever it holds. */
function interfaceName(env: NodeJS.ProcessEnv): string {
  const iface = env['IFACE'] ?? ''
  return iface === '' ? '' : `${/^[\w.@:+=,-]{1,31}$/.test(iface) ? iface : quote(iface)}: `
}
