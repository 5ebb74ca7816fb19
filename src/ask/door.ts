/** A door's environment → what the keeper of a lease has said of it. */
import { parseIp } from '../words/address.ts'
import { quote } from '../words/refusal.ts'
import type { Family } from '../words/state.ts'
import { checkInterface, doorName, type Idle, parseFamilies, setterUnder } from './environment.ts'
import { routersOf } from './leases/lease.ts'
import { parseClasslessRoutes } from './leases/routes.ts'
import type { RecordedLease } from './records.ts'
import { deviceOf, isDialUp } from './stanza.ts'

/** A lease's word: it supplies the router, and asks for nothing. */
export interface Word {
  /** `down`: the lease of these families is lost. */
  readonly direction: 'up' | 'down'
  readonly door: string
  readonly device: string
  readonly families: readonly Family[]
  /** What the lease says; undefined where the keeper told nothing of it, as of a router advertisement. */
  readonly lease: Omit<RecordedLease, 'mac'> | undefined
  /** When the keeper spoke, in seconds since the boot. */
  readonly since: number | undefined
  /** An ifup is under way, and its own hook will ask for the interface. */
  readonly announced: boolean
  /** pppd calls before the provider's router advertisement is there. */
  readonly awaitsAddress: boolean
  /** What the admin should hear, though the run goes on. */
  readonly notices: readonly string[]
}

type Environment = NodeJS.ProcessEnv

/** Programs that keep leases; the other doors are managers which ask for interfaces, as ifupdown does. */
const KEEPERS = ['dhclient', 'dhcpcd', 'udhcpc', 'pppd', 'networkmanager']

/** Whether the run is for the keeper of a lease. */
export function isByKeeper(env: Environment): boolean {
  return KEEPERS.includes(doorName(env) ?? '')
}

/** Whether the run may come to a lease: that of a keeper, or the one by which a dial-up line has come up already. */
export function mayFollow(env: Environment): boolean {
  return isByKeeper(env) || isDialUp(env['METHOD'])
}

/**
 * Reads what a door hands over: MPTCP_DOOR, IFACE, ADDRFAM (one family, or none for both), IF_ADDRESS, IF_GATEWAY (a
 * list), IF_CLASSLESS_ROUTES (option 121, as the keeper spells it), IF_PROVIDER, MPTCP_SINCE (as in /proc/uptime), and
 * METHOD where ifup waits for the keeper. The values are a DHCP server's, that is, anybody's.
 *
 * @throws Refusal for an IFACE that no interface can have
 */
export function parseWord(direction: 'up' | 'down', env: Environment): Word | Idle {
  const iface = env['IFACE'] ?? ''
  const families = parseFamilies(env['ADDRFAM'])
  if (iface === '' || iface === 'lo' || families.length === 0) {
    return { idle: `IFACE is ${quote(iface)}, the address family ${quote(env['ADDRFAM'] ?? '')}` }
  }
  const door = doorName(env) ?? ''
  checkInterface(iface, setterUnder(door))
  const since = Number(env['MPTCP_SINCE'] || Number.NaN)
  const word = { door, iface: deviceOf(iface), since: Number.isFinite(since) ? since : undefined }
  const [family] = families
  const isTold = direction === 'up' && families.length === 1 && family !== undefined
  const { lease, notices } = isTold ? parseLease(env, { ...word, family }) : NOT_TOLD
  return {
    ...{ direction, door, device: word.iface, families, lease, since: word.since, notices },
    announced: (env['METHOD'] ?? '') !== '',
    awaitsAddress: direction === 'up' && door === 'pppd' && family === 'inet6',
  }
}

interface Told {
  readonly lease: Omit<RecordedLease, 'mac'> | undefined
  readonly notices: readonly string[]
}

const NOT_TOLD: Told = { lease: undefined, notices: [] }

function parseLease(
  env: Environment,
  word: Pick<RecordedLease, 'door' | 'iface' | 'family' | 'since'>,
): Told {
  const setter = setterUnder(word.door)
  const given = (name: string) => env[name]?.trim() || undefined
  const text = given('IF_ADDRESS')
  const address = text === undefined ? undefined : hostOf(text, word.family)
  if (text !== undefined && address === undefined) {
    const why = 'is not an address of the family: the lease does not count'
    return { lease: undefined, notices: [`address ${quote(text)} ${why} (${setter('IF_ADDRESS')})`] }
  }
  const provider = given('IF_PROVIDER')
  const classless = given('IF_CLASSLESS_ROUTES')
  const list = given('IF_GATEWAY')
  const routers = routersFor(word.family, list, classless).slice(0, MOST_ROUTERS)
  const isEmpty = [text, provider, classless, list].every((value) => value === undefined)
  return {
    lease: isEmpty ? undefined : { ...word, address, routers, provider },
    notices: routers.length > 0 ? [] : silentNotices(list, classless, setter),
  }
}

/** The address, bare or with a prefix length. */
function hostOf(text: string, family: Family): string | undefined {
  const [host = '', length = '0', ...more] = text.split('/')
  const ip = parseIp(host)
  return ip?.family === family && /^\d{1,3}$/.test(length) && more.length === 0 ? ip.text : undefined
}

/** DHCP for IPv6 knows no routers: those of other keepers are listed like those for IPv4. */
function routersFor(family: Family, list: string | undefined, classless: string | undefined): string[] {
  return family === 'inet'
    ? routersOf({ routers: list, classless: [classless] })
    : (list ?? '').split(/[\s,]+/).flatMap((word) => hostOf(word, family) ?? [])
}

/** One is used. */
const MOST_ROUTERS = 16

function silentNotices(
  list: string | undefined,
  classless: string | undefined,
  setter: (variable: string) => string,
): string[] {
  if (classless !== undefined) {
    // Routes to other networks alone are as good as any.
    return parseClasslessRoutes(classless).length > 0
      ? []
      : [`classless routes ${quote(classless)} are not understood (${setter('IF_CLASSLESS_ROUTES')})`]
  }
  return list === undefined ? [] : [`gateway ${quote(list)} holds no router (${setter('IF_GATEWAY')})`]
}
