/** ifupdown's environment → the event that a hook answers, or why there is nothing to do. */
import { quote, Refusal } from '../words/refusal.ts'
import type { Family } from '../words/state.ts'
import { type Setter, unknownOptions } from './options.ts'
import { deviceOf, isAlias, isDialUp, parseStanzas, type Stanza } from './stanza.ts'

/** `leave` is the run before the addresses go (if-down.d): only the endpoints are taken away. */
export type Direction = 'up' | 'down' | 'leave'

export interface Event {
  readonly direction: Direction
  /** As the manager spells it, alias included. */
  readonly iface: string
  readonly device: string
  /** IFACE has a colon: the stanza is one of several for its device. */
  readonly alias: boolean
  /** The families that the run acts on. */
  readonly families: readonly Family[]
  /** What is asked for, one a family; none on the way down. */
  readonly stanzas: readonly Stanza[]
  /** The variables as they were given, for the record. */
  readonly variables: Readonly<Record<string, string>>
  /** Started by hand: what the environment does not say stays as it is. */
  readonly byHand: boolean
  /** By hand with IFACE alone: what was asked before is asked again. */
  readonly bare: boolean
  /** The method is pppd's, which makes the device later. */
  readonly dialUp: boolean
  /** The method is auto: the address comes with a router advertisement, perhaps after ifupdown has called the hook. */
  readonly awaitsAddress: boolean
  /** Who asked: `ifupdown`, `hand`, or the door of another manager. */
  readonly door: string
  /** Who set a variable, for the end of a message. */
  readonly setter: Setter
  /** What the admin should hear, though the run goes on. */
  readonly notices: readonly string[]
}

/** A run that has nothing to do, and why. */
export interface Idle {
  readonly idle: string
}

type Environment = NodeJS.ProcessEnv

const MODES = { up: 'start', down: 'stop' } as const

/** The phases of if-down.d: ifupdown's and ifupdown-ng's. */
const LEAVING_PHASES = ['pre-down', 'down']

/** Whether a manager started the run, by itself or through a door; by hand PHASE is absent. */
export function isUnderManager(env: Environment): boolean {
  return env['PHASE'] !== undefined || doorName(env) !== undefined
}

/** The door that started the run: the manager whose it is. */
export function doorName({ MPTCP_DOOR: name }: Environment): string | undefined {
  return name === undefined || name === '' ? undefined : name
}

/**
 * Reads the variables that ifupdown, ifupdown-ng and ifupdown2 hand to a hook (interfaces(5)).
 * On the way down the stanza's values do not count: it may have been edited while the interface was up.
 *
 * @throws Refusal that names the variable, its value and who set it
 */
export function parseEnvironment(program: 'up' | 'down', env: Environment): Event | Idle {
  const reason = idleReason(program, env)
  if (reason !== undefined) {
    return { idle: reason }
  }
  const managed = isUnderManager(env)
  const through = doorName(env)
  const setter = managed ? setterUnder(through) : setterByHand
  const iface = env['IFACE'] ?? ''
  checkInterface(iface, setter)
  const leaving = program === 'down' && LEAVING_PHASES.includes(env['PHASE'] ?? '')
  const families = familiesOf(program, env)
  const door = through ?? (managed ? 'ifupdown' : 'hand')
  const speaker = { iface, door, order: 0, fresh: true, leaving: false, setter }
  const variables = pickVariables(env)
  return {
    direction: leaving ? 'leave' : program,
    iface,
    device: deviceOf(iface),
    alias: isAlias(iface),
    families,
    stanzas: program === 'up' ? parseStanzas(env, families, speaker) : [],
    variables,
    byHand: !managed,
    bare: !managed && Object.keys(variables).every((name) => name === 'METHOD'),
    dialUp: isDialUp(env['METHOD']),
    awaitsAddress: program === 'up' && env['METHOD'] === 'auto',
    door,
    setter,
    notices:
      program === 'up'
        ? unknownOptions(env).map((name) => `there is no option ${name}: it has no effect`)
        : [],
  }
}

/** @param door undefined for ifupdown's own run */
export function setterUnder(door: string | undefined): Setter {
  const who = door === undefined ? 'ifup' : quote(door).slice(1, -1)
  return (variable) => {
    if (variable === 'IFACE') {
      return `the interface that ${who} names`
    }
    return door === undefined
      ? `set by ${variable} in the iface stanza`
      : `set by ${variable}, as ${who} gave it`
  }
}

function setterByHand(variable: string): string {
  return `set by ${variable} in the environment`
}

function idleReason(program: 'up' | 'down', env: Environment): string | undefined {
  const iface = env['IFACE'] ?? ''
  if (iface === '' && !isUnderManager(env)) {
    throw new Refusal(missingInterface(program, env))
  }
  if (iface === '' || iface === 'lo' || iface.startsWith('lo:') || iface === '--all') {
    return `IFACE is ${quote(iface)}`
  }
  if (env['METHOD'] === 'loopback') {
    return 'the method is loopback'
  }
  if (parseFamilies(env['ADDRFAM']).length === 0) {
    return `the address family is ${quote(env['ADDRFAM'] ?? '')}`
  }
  const mode = env['MODE'] ?? ''
  return mode === '' || mode === MODES[program] ? undefined : `MODE is ${quote(mode)}`
}

/** The words of a run by hand that names no interface; sudo drops a variable that stands before it. */
function missingInterface(program: 'up' | 'down', env: Environment): string {
  const hook = `mptcp_${program}`
  return env['SUDO_COMMAND'] === undefined
    ? `IFACE is not set: IFACE=eth1 ${hook}`
    : `IFACE is not set: sudo drops what stands before it: sudo IFACE=eth1 ${hook}`
}

/** NetworkManager's dispatcher on Debian 12 tells of IPv4 alone when both families go down. */
function familiesOf(program: 'up' | 'down', env: Environment): Family[] {
  const both = program === 'down' && env['METHOD'] === 'NetworkManager'
  return parseFamilies(both ? undefined : env['ADDRFAM'])
}

/** `inet`, `inet6`, ifupdown2's `inet,inet,inet6`; absent or empty: both. */
export function parseFamilies(value: string | undefined): Family[] {
  const words = value === undefined || value === '' ? ['inet', 'inet6'] : value.split(',')
  return (['inet6', 'inet'] as const).filter((family) => words.includes(family))
}

/** dev_valid_name() in the kernel's net/core/dev.c; an altname may be longer (ALTIFNAMSIZ). */
const LONGEST_NAME = 127

export function checkInterface(iface: string, setter: Setter): void {
  const device = deviceOf(iface)
  // biome-ignore lint/suspicious/noControlCharactersInRegex: what no device's name can hold
  const isName = device !== '' && device !== '.' && device !== '..' && !/[\s/\x00-\x1f\x7f]/.test(device)
  if (!isName || Buffer.byteLength(device) > LONGEST_NAME) {
    const why = 'is not a name that a network interface can have'
    throw new Refusal(`interface ${quote(iface)} ${why} (${setter('IFACE')})`)
  }
}

/** What a stanza says besides its family and interface. */
const STANZA_VARIABLES = [
  ...['METHOD', 'IF_ADDRESS', 'IF_ADDRESSES', 'IF_NETMASK', 'IF_GATEWAY', 'IF_GATEWAYS', 'IF_POINTOPOINT'],
  ...['IF_PROVIDER', 'IF_UNIT'],
]

function pickVariables(env: Environment): Record<string, string> {
  const isKept = ([name, value]: [string, string | undefined]) =>
    (STANZA_VARIABLES.includes(name) || /^IF_MPTCP(_|$)/.test(name)) && (value ?? '').trim() !== ''
  return Object.fromEntries(Object.entries(env).filter((entry): entry is [string, string] => isKept(entry)))
}
