/** Lives of hosts: runs of ours, with what goes wrong in them, among the doings of others. */
import fc from 'fast-check'
import type { Step, Trouble } from './steps.ts'
import {
  addressStep,
  deprecatedStep,
  endpointSteps,
  firstVersion,
  implicitSteps,
  linkSteps,
  ourRouteGone,
  routeSteps,
  ruleSteps,
  siblingSteps,
  spreadSteps,
  terminalSteps,
} from './strangers.ts'
import { anyDevice, anyDown, bareUp, soundUp } from './worlds.ts'

const trouble: fc.Arbitrary<Trouble> = fc.oneof(
  { weight: 4, arbitrary: fc.constant({ kind: 'none' } as const) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constantFrom('kill', 'refuse-once', 'refuse-always'),
      position: fc.integer({ min: 1, max: 12 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('rival' as const),
      position: fc.integer({ min: 1, max: 12 }),
      rival: fc.oneof(soundUp, anyDown),
    }),
  },
)

const hookStep = fc.record({
  kind: fc.constant('hook' as const),
  hook: fc.oneof(
    { weight: 7, arbitrary: soundUp },
    { weight: 1, arbitrary: bareUp },
    { weight: 4, arbitrary: anyDown },
  ),
  trouble,
})

/** /run fills up, or is there again; time passes. */
const aroundSteps = fc.constantFrom<Step[]>(
  [{ kind: 'run', writable: false }],
  [{ kind: 'run', writable: true }],
  [{ kind: 'time', minutes: 2 }],
)

/** Somebody sets or resets what a run of ours may have set. */
const settingStep = fc
  .record({
    family: fc.constantFrom('inet' as const, 'inet6' as const),
    device: anyDevice,
    value: fc.constantFrom(0 as const, 1 as const),
  })
  .map((setting): Step[] => [{ kind: 'setting', setting }])

type Weighted = fc.WeightedArbitrary<Step[]>

function strangers(nodad: fc.Arbitrary<boolean>): Weighted[] {
  return [
    { weight: 12, arbitrary: addressStep('add', nodad) },
    { weight: 3, arbitrary: addressStep('delete', nodad) },
    { weight: 1, arbitrary: deprecatedStep },
    { weight: 2, arbitrary: linkSteps },
    { weight: 4, arbitrary: routeSteps },
    { weight: 1, arbitrary: terminalSteps },
    { weight: 1, arbitrary: spreadSteps },
    { weight: 1, arbitrary: siblingSteps },
    { weight: 2, arbitrary: ruleSteps },
    { weight: 1, arbitrary: firstVersion },
    { weight: 2, arbitrary: ourRouteGone },
    { weight: 3, arbitrary: endpointSteps },
  ]
}

function steps(...some: Weighted[]): fc.Arbitrary<Step[]> {
  return fc.array(fc.oneof(...some), { maxLength: 24, size: 'max' }).map((groups) => groups.flat())
}

const ours: Weighted = { weight: 18, arbitrary: hookStep.map((step): Step[] => [step]) }
const unreal: Weighted[] = [
  { weight: 2, arbitrary: aroundSteps },
  { weight: 1, arbitrary: implicitSteps },
  { weight: 2, arbitrary: settingStep },
]

/** What may happen to a host in its life. */
export const history = steps(ours, ...strangers(fc.boolean()), ...unreal)

/** The same without us. */
export const foreignHistory = steps(...strangers(fc.constant(true)), ...unreal)

/** What a real kernel can be asked for, and without what takes it seconds. */
export const quickHistory = steps(ours, ...strangers(fc.constant(true)))
