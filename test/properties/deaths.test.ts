/** Whatever of a host's uplinks is found dead: what is not ours stays, a second run is idle, and all comes back. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { applyWhole } from '../../src/apply-whole.ts'
import { writeDeaths } from '../../src/ask/deaths.ts'
import { watchPath } from '../../src/ask/records.ts'
import type { Uplink } from '../../src/plan/uplink.ts'
import { planWhole } from '../../src/whole.ts'
import type { Death } from '../../src/words/death.ts'
import { Refusal } from '../../src/words/refusal.ts'
import type { Change } from '../../src/words/state.ts'
import { way } from '../fake-kernel/way.ts'
import { history } from './histories.ts'
import { type Host, hostAfter, ownEndpoints, printForeign, printOurs, printState } from './host.ts'
import { runs } from './settings.ts'
import { foreign, quiet, runStep, type Step, startHook } from './steps.ts'
import { ADDRESSES, addressLine, anyDown, DEVICES, downOf, soundUp } from './worlds.ts'

const up = (IFACE: string, IF_MPTCP_GATEWAY: string) =>
  quiet({ direction: 'up', env: { IFACE, MODE: 'start', PHASE: 'post-up', IF_MPTCP_GATEWAY } })

/** Two uplinks of both families, main's defaults through the first; and then what may happen. */
const life = history.map((steps): Step[] => [
  ...(['eth0', 'eth1'] as const).flatMap((device) =>
    ADDRESSES[device]
      .filter(({ local }) => /^(10\.1|2001)[.:].*2$/.test(local))
      .map((spelling) => foreign(addressLine('add', device, spelling))),
  ),
  foreign('route add default via 10.1.1.1 dev eth0'),
  foreign('route add default via 2001:db8:1::1 dev eth0 metric 1024'),
  ...[up('eth0', '10.1.1.1'), up('eth1', '10.1.2.1')],
  ...[up('eth0', '2001:db8:1::1'), up('eth1', '2001:db8:2::1')],
  ...steps.slice(0, 6),
])

/** More than there are uplinks: each says whether one is dead. */
const someDead = fc.array(fc.boolean(), { minLength: 12, maxLength: 12 })

function query({ edge }: Host) {
  return { edge, env: {}, sections: [], devices: [], flush: false }
}

/** What a run for all devices does; false where the kernel, or what was asked for, did not let it. */
function apply(host: Host): boolean {
  const report = { notice: () => {}, detail: () => {}, command: () => {} }
  try {
    return applyWhole({ ...query(host), dryRun: false, report }).size === 0
  } catch (error) {
    if (!(error instanceof Refusal)) {
      throw error
    }
    return false
  }
}

function uplinksOf(host: Host): Uplink[] {
  return planWhole(query(host)).plan.uplinks.filter(({ out }) => out !== undefined)
}

/** The service lives, and has found these dead. */
function pronounce({ edge, disk }: Host, deaths: readonly Death[]): void {
  disk.writable = true
  disk.locked.add(watchPath(edge) ?? '')
  writeDeaths(edge, deaths)
}

function deathOf({ device, family, table }: Uplink): Death {
  return { device, family, table, since: 0, why: 'no carrier' }
}

/** A host on which all stands that is asked for, and its uplinks. */
function settled(steps: readonly Step[]): { host: Host; uplinks: Uplink[] } {
  const host = hostAfter(steps)
  pronounce(host, [])
  fc.pre(apply(host) && apply(host))
  return { host, uplinks: uplinksOf(host) }
}

function choose(uplinks: readonly Uplink[], dead: readonly boolean[]): Death[] {
  return uplinks.filter((_, i) => dead[i]).map(deathOf)
}

/** Which address has which id depends on who was first. */
function withoutIds({ kernel }: Host): string {
  return printState(kernel)
    .replace(/^endpoint \d+/gm, 'endpoint')
    .split('\n')
    .sort()
    .join('\n')
}

/** A route of IPv6 that stands behind one of ours may be ours, too: only its deletion tells. */
function isWrong(change: Change): boolean {
  return !(change.kind === 'route' && change.verb === 'delete' && change.route.behind)
}

const DETOUR_PRIORITY = 32765

/** Where what no source rule decides goes, as far as a detour decides it. */
function looseWays({ kernel }: Host) {
  const packets = [
    ['192.0.2.99', '203.0.113.99'],
    ['2001:db8:77::9', '2001:db8:ffff::9'],
  ] as const
  return packets.flatMap(([from, to]) => {
    const { rule, hops } = way(kernel, from, to) ?? {}
    return rule?.from === 'all' && rule.priority === DETOUR_PRIORITY ? [{ rule, hops }] : []
  })
}

describe('a run for all devices', () => {
  test('touches nothing of others, leads nothing into a dead uplink, and repeated writes nothing', () => {
    let led = 0
    fc.assert(
      fc.property(life, someDead, (steps, dead) => {
        const { host, uplinks } = settled(steps)
        const before = printForeign(host.kernel, DEVICES)
        const deaths = choose(uplinks, dead)
        pronounce(host, deaths)
        fc.pre(apply(host))
        expect(printForeign(host.kernel, DEVICES)).toEqual(before)
        expect(planWhole(query(host)).changes.filter(isWrong)).toEqual([])
        for (const found of looseWays(host)) {
          const { family, table } = found.rule
          led += 1
          expect(deaths.filter((death) => death.family === family && death.table === table)).toEqual([])
          expect(found.hops).not.toEqual([])
        }
      }),
      { numRuns: runs(40) },
    )
    expect(led).toBeGreaterThan(10)
  })

  test('brings all back that was there before', () => {
    fc.assert(
      fc.property(life, someDead, (steps, dead) => {
        const { host, uplinks } = settled(steps)
        // Where places are short, others may hold those of a dead one by then.
        fc.pre(host.kernel.endpoints.length < 8)
        const before = withoutIds(host)
        pronounce(host, choose(uplinks, dead))
        fc.pre(apply(host))
        pronounce(host, [])
        fc.pre(apply(host))
        expect(withoutIds(host)).toEqual(before)
      }),
      { numRuns: runs(40) },
    )
  })

  test('moves nothing where all are dead', () => {
    fc.assert(
      fc.property(life, (steps) => {
        const { host, uplinks } = settled(steps)
        pronounce(host, uplinks.map(deathOf))
        expect(planWhole(query(host)).changes.filter(isWrong)).toEqual([])
      }),
      { numRuns: runs(25) },
    )
  })
})

describe('a hook', () => {
  test('touches nothing of others, makes no detour, and repeated writes nothing', () => {
    fc.assert(
      fc.property(life, someDead, fc.oneof(soundUp, anyDown), (steps, dead, hook) => {
        const { host, uplinks } = settled(steps)
        pronounce(host, choose(uplinks, dead))
        fc.pre(apply(host))
        const detours = () => host.kernel.rules.filter(({ priority }) => priority === DETOUR_PRIORITY)
        const before = { foreign: printForeign(host.kernel, DEVICES), detours: detours() }
        const first = startHook(host.edge, hook)
        expect(printForeign(host.kernel, DEVICES)).toEqual(before.foreign)
        expect(before.detours).toEqual(expect.arrayContaining(detours()))
        fc.pre(first.status === 0 && !/refused|no device|is also on|in use by/.test(first.err))
        const second = startHook(host.edge, hook)
        expect(second.written.filter(({ failed }) => !failed)).toEqual([])
      }),
      { numRuns: runs(40) },
    )
  })

  test('leaves nothing of ours when all devices have gone down, whoever is dead', () => {
    fc.assert(
      fc.property(life, someDead, (steps, dead) => {
        const { host, uplinks } = settled(steps)
        pronounce(host, choose(uplinks, dead))
        apply(host)
        const endpoints = ownEndpoints(host.kernel)
        for (const device of DEVICES) {
          for (const spelling of ADDRESSES[device]) {
            runStep(host, foreign(addressLine('delete', device, spelling)))
          }
          runStep(host, quiet(downOf(device)))
        }
        expect(printOurs(host.kernel)).toEqual([])
        expect(ownEndpoints(host.kernel).filter((text) => endpoints.includes(text))).toEqual([])
      }),
      { numRuns: runs(25) },
    )
  })
})
