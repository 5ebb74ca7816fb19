/** Lives of hosts: runs of ours, with what goes wrong in them, among the doings of others. */
import fc from 'fast-check'
import type { Step, Trouble } from './steps.ts'
import { addressStep, endpointSteps, linkSteps, ourRouteGone, routeSteps, ruleSteps } from './strangers.ts'
import { anyDown, soundUp } from './worlds.ts'

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
  hook: fc.oneof({ weight: 2, arbitrary: soundUp }, { weight: 1, arbitrary: anyDown }),
  trouble,
})

function steps(nodad: fc.Arbitrary<boolean>): fc.Arbitrary<Step[]> {
  const some = fc.oneof(
    { weight: 6, arbitrary: hookStep.map((step): Step[] => [step]) },
    { weight: 4, arbitrary: addressStep('add', nodad) },
    { weight: 1, arbitrary: addressStep('delete', nodad) },
    { weight: 1, arbitrary: linkSteps },
    { weight: 1, arbitrary: routeSteps },
    { weight: 1, arbitrary: ruleSteps },
    { weight: 1, arbitrary: ourRouteGone },
    { weight: 1, arbitrary: endpointSteps },
  )
  return fc.array(some, { maxLength: 24, size: 'max' }).map((groups) => groups.flat())
}

/** What may happen to a host in its life. */
export const history = steps(fc.boolean())

/** The same without what takes a real kernel seconds. */
export const quickHistory = steps(fc.constant(true))
