/** The command line of mptcp-routes. What a command needs is loaded when it runs: status is to start fast. */
import { Command, CommanderError, InvalidArgumentError } from 'commander'
import { createColors } from 'picocolors'
import { DEFAULT_FILE, readConfiguration } from '../ask/configuration-file.ts'
import { quote, Refusal } from '../words/refusal.ts'
import { type Context, PROGRAM, tell } from './context.ts'

/** The process that a command runs in. */
export type World = Omit<Context, 'colors' | 'devices' | 'verbose' | 'commands' | Configured>

type Configured = 'sections' | 'mask' | 'faults' | 'configurationFile'

/** How a command line that is not understood ends. */
const USAGE = 2

type Work = (context: Context) => Promise<number> | number

/**
 * Runs one command.
 *
 * @param args the command line after the program's name
 * @returns the exit status: 1 for what went wrong, 2 for a command line that is not understood
 */
export async function runProgram(args: readonly string[], world: World): Promise<number> {
  let status = 0
  const program = describeProgram(world, async (call, work) => {
    status = await runCommand(call, world, work)
  })
  try {
    await program.parseAsync([...args], { from: 'user' })
    return status
  } catch (error) {
    if (error instanceof CommanderError) {
      return error.exitCode === 0 ? 0 : USAGE
    }
    throw error
  }
}

/** What the command line says. */
interface Call {
  readonly config: string
  readonly devices: readonly string[]
  readonly commands: readonly string[]
  readonly verbose?: boolean
  /** Programs read the answer, what went wrong included. */
  readonly json?: boolean
  /** A configuration that is not in order is the command's own matter. */
  readonly bearsFaults?: boolean
}

async function runCommand(call: Call, world: World, work: Work): Promise<number> {
  const { config, devices, commands, verbose = false, bearsFaults = false } = call
  const { env, edge, isTerminal } = world
  const isPainted = isTerminal && !env['NO_COLOR'] && env['TERM'] !== 'dumb'
  const said = { configurationFile: config, devices, commands, verbose }
  const bare = { ...world, ...said, colors: createColors(isPainted) }
  try {
    const { sections, mask, problems } = readConfiguration(edge, config)
    const isFaulty = problems.length > 0
    if (isFaulty && !bearsFaults) {
      return complain(problems, call, world)
    }
    return await work({ ...bare, sections: isFaulty ? [] : sections, mask, faults: problems })
  } catch (error) {
    const internal = error instanceof Error ? error.message : String(error)
    const isExpected = error instanceof Refusal
    const text = isExpected ? error.message : `internal error, please report it: ${quote(internal)}`
    return complain([text], call, world)
  }
}

function complain(texts: readonly string[], { json = false }: Call, world: World): number {
  for (const text of texts) {
    tell(world, text)
  }
  if (json) {
    world.out(`${JSON.stringify({ version: world.version, errors: texts }, undefined, 2)}\n`)
  }
  return 1
}

type Runner = (call: Call, work: Work) => Promise<void>

function describeProgram({ out, err, version, width }: World, run: Runner): Command {
  const program = new Command(PROGRAM)
    .description("Routing tables, rules and Multipath TCP endpoints of this host's uplinks")
    .version(`${PROGRAM} ${version}`, '--version', 'print the version')
    .helpOption('-h, --help', 'print this text')
    .option('--config <file>', 'which devices are uplinks, mptcp-routes.conf(5)', DEFAULT_FILE)
    .exitOverride()
    .configureOutput({
      writeOut: out,
      writeErr: err,
      getOutHelpWidth: () => width,
      outputError: (text, write) => {
        const words = text
          .trim()
          .replace(/^error: /, '')
          .replaceAll('\n', ' ')
        write(`${PROGRAM}: ${words} (see --help)\n`)
      },
    })
  const callOf = (devices: readonly string[], options: { verbose?: boolean }): Call => ({
    ...options,
    devices,
    // Without a word for the command, one that is no device may have been meant for it.
    commands: program.args[0] === 'status' ? [] : program.commands.map((command) => command.name()),
    config: program.opts<{ config: string }>().config,
  })
  describeLooks(program, callOf, run)
  describeChanges(program, callOf, run)
  return program
}

type CallOf = (devices: readonly string[], options: { verbose?: boolean }) => Call

function describeLooks(program: Command, callOf: CallOf, run: Runner): void {
  program
    .command('status', { isDefault: true })
    .description('what each uplink has, and what is missing or in the way')
    .argument('[iface...]', 'only these')
    .option('--json', 'for programs, see mptcp-routes(8)')
    .action((devices: string[], { json = false }: { json?: boolean }) =>
      run({ ...callOf(devices, {}), json }, async (context) => {
        const { runStatus } = await import('./status/status.ts')
        return runStatus(context, json)
      }),
    )
  program
    .command('check')
    .description('is the host ready, does it work, what is in the way')
    .action(() =>
      run({ ...callOf([], {}), bearsFaults: true }, async (context) => {
        const { runCheck } = await import('./check.ts')
        return runCheck(context)
      }),
    )
  program
    .command('top')
    .description('throughput, connections and their paths, live')
    .option('-n, --count <number>', 'end after so many samples', parseCount)
    .option('--interval <seconds>', 'from one sample to the next', parseInterval, 1)
    .action(({ count, interval }: { count?: number; interval: number }) =>
      run(callOf([], {}), async (context) => {
        const { runTopCommand } = await import('./top/command.ts')
        return runTopCommand(context, count, interval)
      }),
    )
}

interface ChangeOptions {
  readonly dryRun?: boolean
  readonly verbose?: boolean
}

function describeChanges(program: Command, callOf: CallOf, run: Runner): void {
  const change = (name: string, description: string) =>
    program.command(name).description(description).argument('[iface...]', 'only these')
  const runChange = (devices: string[], options: ChangeOptions, flush: boolean) =>
    run(callOf(devices, options), async (context) => {
      const { runChanges } = await import('./change.ts')
      return runChanges(context, { flush, dryRun: options.dryRun ?? false })
    })
  change('plan', 'the ip commands that apply would run').action((devices: string[]) =>
    runChange(devices, { dryRun: true }, false),
  )
  for (const [name, description] of [
    ['apply', 'bring the kernel to what records and configuration ask for'],
    ['flush', 'take out of the kernel what is ours'],
  ] as const) {
    change(name, description)
      .option('-n, --dry-run', 'print the ip commands, run none')
      .option('-v, --verbose', 'print each ip command before it runs')
      .action((devices: string[], options: ChangeOptions) => runChange(devices, options, name === 'flush'))
  }
  program
    .command('watch')
    .description('the service: apply whenever something changes')
    .option('-v, --verbose', 'print each ip command before it runs')
    .action((options: ChangeOptions) =>
      run(callOf([], options), async (context) => {
        const { runWatch } = await import('./watch.ts')
        return runWatch(context)
      }),
    )
}

function parseCount(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) {
    throw new InvalidArgumentError('It is not a number from 1 on.')
  }
  return Number(text)
}

/** @returns seconds */
function parseInterval(text: string): number {
  const seconds = Number(text)
  if (!/^[\d.]+$/.test(text) || !(seconds >= 0.1 && seconds <= 3600)) {
    throw new InvalidArgumentError('It is not a number of seconds, 0.1 to 3600.')
  }
  return seconds
}
