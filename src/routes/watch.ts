/** `mptcp-routes watch`: the service that keeps the host in the wanted state. */
import { fstatSync } from 'node:fs'
import { setFlagsFromString } from 'node:v8'
import { readConfiguration } from '../ask/configuration-file.ts'
import { lastDeaths, writeDeaths } from '../ask/deaths.ts'
import { parseNames } from '../kernel/links.ts'
import { type Context, PROGRAM } from './context.ts'
import { requireRoot } from './root.ts'
import { openEars } from './watch/ears.ts'
import { openLeaseDesk } from './watch/leases.ts'
import { type Entry, formatEntry, INFO, WARNING } from './watch/log.ts'
import { startLoop } from './watch/loop.ts'
import { namesOn } from './watch/named.ts'
import { openOutlet } from './watch/outlet.ts'
import { takePlace } from './watch/place.ts'
import { askBy, openProber } from './watch/probe/prober.ts'

/**
 * Watches until SIGTERM or SIGINT, and leaves everything in place.
 *
 * @returns the exit status
 * @throws Refusal for an ordinary user, and where another watcher works in the network namespace
 */
export async function runWatch(context: Context): Promise<number> {
  const { edge, env, sections, mask, verbose, err } = context
  requireRoot('watch')
  staySmall(context)
  const place = takePlace(edge)
  const isJournal = writesToJournal(env)
  const outlet = openOutlet(err)
  const write = (entry: Entry) => outlet.write(formatEntry(entry, PROGRAM, isJournal))
  const desk = openLeaseDesk(edge, env, (device) => loop.stir(`the lease of ${device}`))
  const clock = { steady: () => performance.now(), wall: () => Date.now() }
  const prober = openProber({
    ask: askBy(env),
    now: () => ({ steady: clock.steady(), wall: clock.wall() }),
    heard: (uplink, round) => loop.hear(uplink, round),
    unable: (text) => loop.say({ device: undefined, level: WARNING, text }),
  })
  const loop = startLoop({
    clock,
    ...{ desk, env, sections, mask, names: namesOn(edge), write },
    detail: (text) => verbose && write({ device: undefined, level: INFO, text }),
    refresh: () => ears.folders.refresh(),
    deaths: { read: () => lastDeaths(edge), write: (deaths) => writeDeaths(edge, deaths) },
    breaks: (device) => edge.readFile(`/sys/class/net/${device}/carrier_down_count`),
    probe: (courses) => prober.keep(courses),
  })
  const ears = openEars(edge, env, () => loop)
  if (place === 'none') {
    const text = 'there is no lock (flock of util-linux, and /run): a run beside this one may interfere'
    loop.say({ device: undefined, level: WARNING, text })
  }
  const reload = () => {
    const changed = readConfiguration(edge, context.configurationFile)
    const { problems } = changed
    for (const text of problems) {
      loop.say({ device: undefined, level: WARNING, text: `${text}; what was read before still holds` })
    }
    if (problems.length === 0) {
      loop.configure(changed)
    }
    loop.stir('SIGHUP')
  }
  process.on('SIGHUP', reload)
  await terminated()
  process.off('SIGHUP', reload)
  ears.close()
  prober.close()
  desk.close()
  loop.stop()
  outlet.close()
  if (place !== 'none') {
    place.release()
  }
  return 0
}

/** More devices than a host with little memory has. */
const MANY_DEVICES = 64

/**
 * In storms V8 lets the space for young objects grow to 48 MB; at its first size it is collected oftener, which takes
 * time where there is much to read.
 */
function staySmall({ edge }: Context): void {
  if (parseNames(edge.readFile('/proc/net/dev') ?? '').size < MANY_DEVICES) {
    setFlagsFromString('--semi-space-growth-factor=1')
  }
}

function terminated(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      process.once(signal, () => resolve())
    }
  })
}

/** systemd names the journal's stream, and standard error may have been led elsewhere since (systemd.exec(5), JOURNAL_STREAM). */
function writesToJournal(env: NodeJS.ProcessEnv): boolean {
  try {
    const { dev, ino } = fstatSync(2)
    return env['JOURNAL_STREAM'] === `${dev}:${ino}`
  } catch {
    return false
  }
}
