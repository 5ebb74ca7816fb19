/** Whatever has happened to a host: what is not ours stays, what is ours can be taken away, and a second run is idle. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Written } from '../fake-kernel/interpose.ts'
import { found, foundHistories } from './found.ts'
import { history } from './histories.ts'
import {
  copyHost,
  createHost,
  type Host,
  hostAfter,
  ownEndpoints,
  printEndpoint,
  printForeign,
  printOurs,
  printState,
} from './host.ts'
import { runs } from './settings.ts'
import { foreign, type Hook, plugIn, quiet, runStep, type Step, startHook } from './steps.ts'
import { ADDRESSES, addressLine, anyDevice, anyDown, bareUp, DEVICES, downOf, soundUp } from './worlds.ts'

function deviceOf({ env }: Hook): string {
  return String(env['IFACE']).split(':')[0] ?? ''
}

/** The devices of the hooks in the step: the only ones whose group may change. */
function actors(step: Step): string[] {
  if (step.kind !== 'hook') {
    return []
  }
  const rival = step.trouble.kind === 'rival' ? [deviceOf(step.trouble.rival)] : []
  return [deviceOf(step.hook), ...rival]
}

test('foreign objects are as they were after each of our runs', () => {
  fc.assert(
    fc.property(history, (steps) => {
      const host = createHost()
      for (const step of [...plugIn(DEVICES), ...steps]) {
        const before = printForeign(host, actors(step))
        const ended = runStep(host, step)
        if (ended !== undefined) {
          expect(printForeign(host, actors(step))).toEqual(before)
          expect(ended.status === 'killed' || !ended.err.includes('internal error'), ended.err).toBe(true)
        }
      }
    }),
    { numRuns: runs(150), examples: foundHistories },
  )
})

/** As ifupdown does it: the address is gone when the hook is called. */
const ifdown: readonly Step[] = DEVICES.flatMap((device) => [
  ...ADDRESSES[device].map((spelling) => foreign(addressLine('delete', device, spelling))),
  quiet(downOf(device)),
])

const ifdownByFamily: readonly Step[] = DEVICES.flatMap((device) =>
  (['inet', 'inet6'] as const).flatMap((family) => [
    ...ADDRESSES[device]
      .filter(({ local }) => local.includes(':') === (family === 'inet6'))
      .map((spelling) => foreign(addressLine('delete', device, spelling))),
    quiet(downOf(device, family)),
  ]),
)

const byHand: readonly Step[] = DEVICES.map((device) => quiet(downOf(device)))

const unplugged: readonly Step[] = DEVICES.flatMap((device) => [
  foreign(`link delete dev ${device}`),
  quiet(downOf(device)),
])

describe.each([
  ['with ifdown', ifdown],
  ['with ifdown, one family after the other', ifdownByFamily],
  ['by hand, where the addresses stay', byHand],
  ['because they are unplugged', unplugged],
])('after all devices have gone down %s', (_, ending) => {
  test('nothing of ours is left', () => {
    fc.assert(
      fc.property(history, (steps) => {
        const host = hostAfter(steps)
        const endpoints = ownEndpoints(host.kernel)
        for (const step of ending) {
          runStep(host, step)
        }
        expect(printOurs(host)).toEqual([])
        const left = host.kernel.endpoints.map((endpoint) => printEndpoint(endpoint, host.kernel))
        expect(left.filter((text) => endpoints.includes(text))).toEqual([])
      }),
      { numRuns: runs(150), examples: foundHistories },
    )
  })
})

function start(host: Host, hook: Hook) {
  return startHook(host.edge, hook)
}

/** What a run that could not have what it asked for says. */
const REFUSED =
  /refused|is also on|is in use by|is on \w+, not|is the table of another|no device|own address|cannot be/

test('a second run after one that went well writes nothing', () => {
  fc.assert(
    fc.property(history, fc.oneof(soundUp, bareUp, anyDown), (steps, hook) => {
      const host = hostAfter(steps)
      const first = start(host, hook)
      fc.pre(!REFUSED.test(first.err))
      const settled = printState(host.kernel)
      const second = start(host, hook)
      // A route of IPv6 that stands behind one of ours may be ours, too: only its deletion tells.
      const isQuestion = ({ line, failed }: Written) => failed && /^route delete .* via /.test(line)
      expect(second.written.filter((written) => !isQuestion(written))).toEqual([])
      expect(printState(host.kernel)).toEqual(settled)
    }),
    { numRuns: runs(150), examples: found },
  )
})

test('the run before the addresses go takes all endpoints of the device, and nothing else', () => {
  fc.assert(
    fc.property(history, anyDevice, (steps, device) => {
      const host = hostAfter(steps)
      const others = () => printState(host.kernel).replace(/^endpoint (24[89]|25\d) .*\n/gm, '')
      const before = others()
      start(host, downOf(device, undefined, 'pre-down'))
      expect(others()).toEqual(before)
      const alone = host.kernel.addresses.filter(
        ({ local }) => host.kernel.addresses.filter((other) => other.local === local).length === 1,
      )
      const own = alone.filter((address) => address.device === device).map(({ local }) => local)
      const left = ownEndpoints(host.kernel).filter((text) => text.includes(` dev ${device} `))
      expect(left.filter((text) => own.some((local) => text.includes(` ${local} `)))).toEqual([])
    }),
    { numRuns: runs(100), examples: found.map(([steps]): [Step[], 'eth0'] => [steps, 'eth0']) },
  )
})

test('a device that is plugged in again gets what it would get for the first time', () => {
  const everything = DEVICES.flatMap((device) =>
    ADDRESSES[device].map((spelling) => foreign(addressLine('add', device, spelling))),
  )
  const replug = (device: string) => [
    foreign(`link delete dev ${device}`),
    foreign(`link add ${device} type veth peer name p${device}`),
    foreign(`link set dev p${device} up`),
    foreign(`link set dev ${device} up`),
    ...everything,
  ]
  fc.assert(
    fc.property(soundUp, (hook) => {
      const fresh = hostAfter(everything)
      start(fresh, hook)
      const again = copyHost(fresh)
      for (const step of replug(deviceOf(hook))) {
        runStep(again, step)
      }
      start(again, hook)
      expect(printState(again.kernel)).toEqual(printState(fresh.kernel))
    }),
    { numRuns: runs(100) },
  )
})

test('up with an edited mptcp-metric leaves the one failover route that it asks for', () => {
  const metric = fc.oneof(fc.constantFrom(50, 1023, 1024, 1025), fc.integer({ min: 1, max: 3000 }))
  const begin = hostAfter(ADDRESSES.eth0.map((spelling) => foreign(addressLine('add', 'eth0', spelling))))
  const up = (gateway: string, value: number): Hook => ({
    direction: 'up',
    env: { IFACE: 'eth0', PHASE: 'post-up', IF_MPTCP_GATEWAY: gateway, IF_MPTCP_METRIC: String(value) },
  })
  fc.assert(
    fc.property(fc.constantFrom('10.1.1.1', '2001:db8:1::1'), metric, metric, (gateway, old, edited) => {
      const host = copyHost(begin)
      start(host, up(gateway, old))
      start(host, up(gateway, edited))
      const ours = host.kernel.routes.filter(({ protocol, table }) => protocol === 77 && table === 254)
      expect(ours.map((route) => route.metric)).toEqual([edited])
    }),
    { numRuns: runs(200) },
  )
})
