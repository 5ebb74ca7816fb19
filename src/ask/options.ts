/** The mptcp-* options of an iface stanza, which ifupdown hands over as IF_MPTCP_*. */
import { parseIp } from '../words/address.ts'
import { quote, Refusal } from '../words/refusal.ts'
import type { EndpointFlag, Family } from '../words/state.ts'
import { isUsableTable, LAST_PRIORITY } from '../words/table.ts'

/** What the stanza says; undefined where it is silent. */
export interface Options {
  /** `mptcp off`: the device gets nothing. */
  readonly off: boolean
  readonly gateway: { readonly family: Family; readonly text: string } | 'none' | undefined
  /** A table's id or its name in rt_tables. */
  readonly table: number | string | undefined
  readonly priority: number | undefined
  /** The flags of the endpoint; empty for `none`. */
  readonly endpoint: readonly EndpointFlag[] | undefined
  readonly mainRoutes: 'keep' | 'ignore'
  readonly metric: number | undefined
  /** The words behind mptcp-probe, not looked at yet: a wrong one costs the probe and not the uplink. Empty for none. */
  readonly probe: readonly string[]
  /** In seconds, from one probe to the next. */
  readonly probeInterval: number
  /** Replies of forwarded connections leave by the uplink that these came in by. */
  readonly forward: boolean
}

/** Names who set a variable, for the end of a message. */
export type Setter = (variable: string) => string

const NAMES = [
  ...['', 'GATEWAY', 'TABLE', 'PRIORITY', 'ENDPOINT', 'MAIN_ROUTES', 'METRIC', 'STRICT'],
  ...['PROBE', 'PROBE_INTERVAL', 'FORWARD'],
]
const VARIABLES = NAMES.map((name) => (name ? `IF_MPTCP_${name}` : 'IF_MPTCP'))
const ENDPOINT_FLAGS = ['subflow', 'signal', 'backup', 'fullmesh', 'laminar'] as const

/** In seconds. Who waits longer than an hour has no failover. */
const PROBE_INTERVAL = 5
const LONGEST_INTERVAL = 3600

/** The longest value that one word can need, and a list: a thousand addresses of IPv6. */
const LONGEST_VALUE = 1024
const LONGEST_LIST = 65536

/** The option's name in the stanza: IF_MPTCP_MAIN_ROUTES is mptcp-main-routes. */
function optionName(variable: string): string {
  return variable.replace(/^IF_/, '').toLowerCase().replaceAll('_', '-')
}

/** Ends the run: the variable's value is not one of those that it may have. */
export function refuseValue(variable: string, value: string, why: string, setter: Setter): never {
  throw new Refusal(`${optionName(variable)} ${quote(value)} ${why} (${setter(variable)})`)
}

/** The variable's value without the blanks around it; undefined where it is absent or empty. Refused: more than one line. */
export function readVariable(
  env: NodeJS.ProcessEnv,
  variable: string,
  setter: Setter,
  longest = LONGEST_VALUE,
): string | undefined {
  const value = env[variable]?.trim()
  if (value === undefined || value === '') {
    return undefined
  }
  if (value.length > longest) {
    refuseValue(variable, value, `is too long: ${value.length} characters`, setter)
  }
  if (/[\n\r]/.test(value)) {
    refuseValue(variable, value, 'is more than one line: give the option once', setter)
  }
  return value
}

/** The words of a variable that holds a list. */
export function readList(env: NodeJS.ProcessEnv, variable: string, setter: Setter): string[] {
  return readVariable(env, variable, setter, LONGEST_LIST)?.split(/\s+/) ?? []
}

/** Whether there is an option of ours besides `mptcp on`. */
export function hasOptions(env: NodeJS.ProcessEnv): boolean {
  return VARIABLES.some((name) => name !== 'IF_MPTCP' && (env[name] ?? '').trim() !== '')
}

/** Whether a failure is to fail ifup. Never refuses: it is needed to end a refused run. */
export function isStrict(env: NodeJS.ProcessEnv): boolean {
  return env['IF_MPTCP_STRICT']?.trim() === 'yes'
}

/** The variables that look like options of ours and are none: a typing error that would otherwise go unseen. */
export function unknownOptions(env: NodeJS.ProcessEnv): string[] {
  return Object.keys(env)
    .filter((name) => /^IF_MPTCP(_|$)/.test(name) && !VARIABLES.includes(name))
    .map((name) => optionName(quote(name).slice(1, -1)))
}

/** Parses every option, or refuses with the option, its value and who set it. */
export function parseOptions(env: NodeJS.ProcessEnv, setter: Setter): Options {
  const read = <T>(
    name: string,
    parse: (value: string, refuse: (why: string) => never) => T,
  ): T | undefined => {
    const variable = name ? `IF_MPTCP_${name}` : 'IF_MPTCP'
    const value = readVariable(env, variable, setter)
    return value === undefined ? undefined : parse(value, (why) => refuseValue(variable, value, why, setter))
  }
  read('STRICT', oneOf(['yes', 'no']))
  return {
    off: read('', oneOf(['on', 'off'])) === 'off',
    gateway: read('GATEWAY', parseGateway),
    table: read('TABLE', parseTable),
    priority: read('PRIORITY', (value, refuse) => parseNumber(value, 2, LAST_PRIORITY, refuse)),
    endpoint: read('ENDPOINT', parseEndpoint),
    mainRoutes: read('MAIN_ROUTES', oneOf(['keep', 'ignore'])) ?? 'keep',
    metric: read('METRIC', (value, refuse) => parseNumber(value, 1, 4294967295, refuse)),
    probe: read('PROBE', (value) => (value === 'none' ? [] : value.split(/\s+/))) ?? [],
    probeInterval:
      read('PROBE_INTERVAL', (value, refuse) => parseNumber(value, 1, LONGEST_INTERVAL, refuse)) ??
      PROBE_INTERVAL,
    forward: read('FORWARD', oneOf(['yes', 'no'])) === 'yes',
  }
}

type Refuse = (why: string) => never

function oneOf<T extends string>(choices: readonly T[]) {
  return (value: string, refuse: Refuse): T =>
    choices.find((choice) => choice === value) ?? refuse(`must be ${choices.join(' or ')}`)
}

function parseNumber(value: string, least: number, most: number, refuse: Refuse): number {
  const number = /^\d{1,10}$/.test(value) ? Number(value) : Number.NaN
  return number >= least && number <= most ? number : refuse(`must be a number from ${least} to ${most}`)
}

function parseGateway(value: string, refuse: Refuse) {
  return value === 'none' ? 'none' : (parseIp(value) ?? refuse('is neither an IP address nor "none"'))
}

function parseTable(value: string, refuse: Refuse): number | string {
  if (/^-?\d/.test(value)) {
    const id = /^\d{1,10}$/.test(value) ? Number(value) : Number.NaN
    return isUsableTable(id) ? id : refuse('is not free for use: choose 1 to 252 or 256 to 4294967295')
  }
  return /^[\w.@+-]{1,64}$/.test(value)
    ? value
    : refuse('is neither a table number nor a name from rt_tables')
}

function parseEndpoint(value: string, refuse: Refuse): EndpointFlag[] {
  if (value === 'none') {
    return []
  }
  const given = value.split(/\s+/)
  const words: EndpointFlag[] = ENDPOINT_FLAGS.filter((flag) => given.includes(flag))
  if (given.some((word) => !words.some((flag) => flag === word))) {
    return refuse(`must be some of ${ENDPOINT_FLAGS.join(', ')}, or none`)
  }
  if (words.includes('signal') && words.includes('fullmesh')) {
    return refuse('asks for signal with fullmesh, which the kernel does not allow: leave one out')
  }
  // backup and fullmesh say how subflows are used: alone they would make an endpoint that the kernel never uses.
  const isUsed = words.some((word) => word !== 'backup' && word !== 'fullmesh')
  return isUsed ? words : ['subflow', ...words]
}
