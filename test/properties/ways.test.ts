/** Where packets go: by the uplink of their source address, whatever has happened to the others. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { findLink, type Kernel, type KernelRule, reaches } from '../fake-kernel/kernel.ts'
import { way } from '../fake-kernel/way.ts'
import { errorBehind, foundHistories } from './found.ts'
import { foreignHistory, history } from './histories.ts'
import { copyHost, createHost, type Host, hostAfter } from './host.ts'
import { runs } from './settings.ts'
import { foreign, type Hook, plugIn, runStep, type Step, startHook } from './steps.ts'
import { anyDown, DEVICES, soundUp } from './worlds.ts'

const FAR = { inet: ['203.0.113.9', '192.0.0.9'], inet6: ['2001:db8:77::9', '2a00::9'] } as const

const OURS = 77

/** The device that alone carries the address. */
function holderOf(kernel: Kernel, address: string): string | undefined {
  const [first, ...others] = kernel.addresses.filter(({ local }) => local === address)
  return others.length === 0 ? first?.device : undefined
}

/** Our source rules that lead out by the device of their address: no other program stands before them or in their table. */
function liveRules(kernel: Kernel): { rule: KernelRule; device: string }[] {
  return kernel.rules.flatMap((rule) => {
    const device = holderOf(kernel, rule.from)
    const isOurs = rule.protocol === OURS && rule.suppress === undefined && rule.table !== undefined
    const routes = kernel.routes.filter((route) => route.family === rule.family && route.table === rule.table)
    const isWayOut = routes.some(
      ({ destination, protocol, hops }) =>
        destination === 'default' &&
        protocol === OURS &&
        hops.every((hop) => hop.device === device && !hop.dead),
    )
    const isDisturbed =
      routes.some(({ protocol }) => protocol !== OURS) ||
      kernel.rules.some(
        (other) =>
          other.family === rule.family &&
          (other.protocol !== OURS ||
            (other.from === rule.from && other.table !== rule.table && !other.suppress)) &&
          reaches(other.from === 'all' ? 'default' : other.from, rule.from),
      )
    return isOurs && isWayOut && !isDisturbed && device !== undefined ? [{ rule, device }] : []
  })
}

/** Look-ups from the addresses of live rules that leave by an uplink that is not theirs, in words. */
function strays(kernel: Kernel): string[] {
  return liveRules(kernel).flatMap(({ rule, device }) =>
    FAR[rule.family].flatMap((to) =>
      (way(kernel, rule.from, to)?.hops ?? []).flatMap((hop) =>
        hop.device !== device && findLink(kernel, hop.device ?? '')?.group === OURS
          ? [`from ${rule.from} of ${device} to ${to} by ${hop.device}`]
          : [],
      ),
    ),
  )
}

test('nothing leaves an uplink by another one, after any step and after a death at any line', () => {
  fc.assert(
    fc.property(history, (steps) => {
      const host = createHost()
      for (const step of [...plugIn(DEVICES), ...steps]) {
        runStep(host, step)
        // Somebody else's doings count from our next run on.
        if (step.kind === 'hook') {
          expect(strays(host.kernel)).toEqual([])
        }
      }
    }),
    { numRuns: runs(150), examples: foundHistories },
  )
})

test('down of one device leaves the live rules of the others', () => {
  fc.assert(
    fc.property(history, anyDown, (steps, hook) => {
      const host = hostAfter(steps)
      const device = String(hook.env['IFACE']).split(':')[0]
      const isOther = (live: { readonly device: string }) => live.device !== device
      const before = liveRules(host.kernel).filter(isOther)
      startHook(host.edge, hook)
      for (const { rule } of before) {
        expect(host.kernel.rules).toContainEqual(rule)
      }
    }),
    { numRuns: runs(150) },
  )
})

/** What does not depend on who was first: ids of endpoints and the order of what is told do. */
function printTables({ kernel }: Host): string[] {
  const { rules, routes, links } = kernel
  return [
    ...rules.map((rule) => `rule ${JSON.stringify(rule)}`),
    ...routes.map((route) => `route ${JSON.stringify(route)}`),
    ...links.map(({ name, group }) => `link ${name} ${group}`),
  ].sort()
}

/** Two that ask for one table, or for one metric in main, are served in turn. */
function isIndependent(one: Hook, other: Hook): boolean {
  const same = (name: string) => one.env[name] !== undefined && one.env[name] === other.env[name]
  return !same('IF_MPTCP_METRIC') && ![one, other].some(({ env }) => env['IF_MPTCP_TABLE'] !== undefined)
}

/** A rule of somebody else's that says the same as ours: is our companion without a source rule then? */
const twinRule: [Step[], Hook, Hook] = [
  [
    foreign('addr add 10.1.1.2/24 dev eth0'),
    foreign('rule add from 10.1.1.2 lookup 712179712 priority 31000 protocol 4'),
  ],
  { direction: 'up', env: { IFACE: 'eth0', IF_MPTCP_GATEWAY: '10.1.1.1' } },
  { direction: 'up', env: { IFACE: 'wwan0', ADDRFAM: 'inet', IF_MPTCP_PRIORITY: '31000' } },
]

const errorBehindAnother: [Step[], Hook, Hook] = [
  errorBehind[0],
  { direction: 'up', env: { IFACE: 'wwan0', IF_MPTCP_MAIN_ROUTES: 'ignore' } },
  errorBehind[1],
]

test('two devices end in the same tables whichever comes up first', () => {
  fc.assert(
    fc.property(foreignHistory, soundUp, soundUp, (steps, one, other) => {
      const [device, another] = [one, other].map(({ env }) => env['IFACE']?.split(':')[0])
      fc.pre(device !== another && isIndependent(one, other))
      const start = hostAfter(steps)
      const ends = [
        [one, other],
        [other, one],
      ].map((hooks) => {
        const host = copyHost(start)
        const errors = hooks.map((hook) => startHook(host.edge, hook).err)
        return {
          host,
          isWell: errors.every((err) => !/refused|cannot|is also on|in use by|no device|is on /.test(err)),
        }
      })
      fc.pre(ends.every(({ isWell }) => isWell))
      const [forth, back] = ends.map(({ host }) => printTables(host))
      expect(forth).toEqual(back)
    }),
    { numRuns: runs(150), examples: [twinRule, errorBehindAnother] },
  )
})
