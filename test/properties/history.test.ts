/** Whatever has happened to a host: what is not ours stays, what is ours can be taken away, and a second run is idle. */
import fc from 'fast-check'
import './settings.ts'
import { describe, expect, test } from 'vitest'
import { droppedMetric, lostAddress, sharedTable } from './found.ts'
import { history } from './histories.ts'
import {
  copyHost,
  createHost,
  type Host,
  hostAfter,
  ownEndpoints,
  printForeign,
  printOurs,
  printState,
} from './host.ts'
import { foreign, type Hook, plugIn, quiet, runStep, type Step, startHook } from './steps.ts'
import { ADDRESSES, addressLine, anyDown, DEVICES, downOf, soundUp } from './worlds.ts'

function deviceOf({ env }: Hook): string {
  return String(env['IFACE']).split(':')[0] ?? ''
}

/** The devices of the hooks in the step: the only ones whose group may change. */
function actors(step: Step): string[] {
  if (step.kind === 'foreign') {
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
        const before = printForeign(host.kernel, actors(step))
        const ended = runStep(host.edge, step)
        if (ended !== undefined) {
          expect(printForeign(host.kernel, actors(step))).toEqual(before)
          expect(ended.status === 'killed' || !ended.err.includes('internal error'), ended.err).toBe(true)
        }
      }
    }),
    { numRuns: 400 },
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
          runStep(host.edge, step)
        }
        expect(printOurs(host.kernel)).toEqual([])
        const left = host.kernel.endpoints.filter(({ port }) => port === undefined)
        expect(left.filter(({ address }) => endpoints.includes(address))).toEqual([])
      }),
      { numRuns: 400 },
    )
  })
})

function runs(host: Host, hook: Hook) {
  return startHook(host.edge, hook)
}

test('a second run after one that went well writes nothing', () => {
  fc.assert(
    fc.property(history, fc.oneof(soundUp, anyDown), (steps, hook) => {
      const host = hostAfter(steps)
      const first = runs(host, hook)
      fc.pre(!/refused|is also on|is in use by|no device/.test(first.err))
      const settled = printState(host.kernel)
      const second = runs(host, hook)
      expect(second.written).toEqual([])
      expect(printState(host.kernel)).toEqual(settled)
    }),
    { numRuns: 400, examples: [sharedTable, droppedMetric, lostAddress] },
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
      runs(fresh, hook)
      const again = copyHost(fresh)
      for (const step of replug(deviceOf(hook))) {
        runStep(again.edge, step)
      }
      runs(again, hook)
      expect(printState(again.kernel)).toEqual(printState(fresh.kernel))
    }),
    { numRuns: 300 },
  )
})

test('up with an edited mptcp-metric leaves the one failover route that it asks for', () => {
  const metric = fc.oneof(fc.constantFrom(50, 1023, 1024, 1025), fc.integer({ min: 1, max: 3000 }))
  const start = hostAfter(ADDRESSES.eth0.map((spelling) => foreign(addressLine('add', 'eth0', spelling))))
  const up = (gateway: string, value: number): Hook => ({
    direction: 'up',
    env: { IFACE: 'eth0', PHASE: 'post-up', IF_MPTCP_GATEWAY: gateway, IF_MPTCP_METRIC: String(value) },
  })
  fc.assert(
    fc.property(fc.constantFrom('10.1.1.1', '2001:db8:1::1'), metric, metric, (gateway, old, edited) => {
      const host = copyHost(start)
      runs(host, up(gateway, old))
      runs(host, up(gateway, edited))
      const ours = host.kernel.routes.filter(({ protocol, table }) => protocol === 77 && table === 254)
      expect(ours.map((route) => route.metric)).toEqual([edited])
    }),
    { numRuns: 200 },
  )
})
