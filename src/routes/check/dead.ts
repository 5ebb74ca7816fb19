/** Points about uplinks that the service has found dead, and about what is led round them. */
import type { Uplink } from '../../plan/uplink.ts'
import type { WholeStep } from '../../whole.ts'
import { isLinkLocal } from '../../words/address.ts'
import { describeDeath } from '../../words/death.ts'
import { VERSIONS } from '../../words/family.ts'
import { detourFaults, standingDetours } from '../detours.ts'
import { commandLine, listed } from '../words.ts'
import { type Finding, fail, ok, warn } from './finding.ts'
import { START_WATCHER } from './installed.ts'

export const CABLE = 'see the cable and what is at its other end'

/** @param isUnplugged its device has no carrier, whatever the service says */
export function checkDead(uplink: Uplink, isUnplugged: boolean, { plan }: WholeStep, now: Date): Finding[] {
  const death = plan.dead.get(uplink)
  if (death === undefined) {
    return []
  }
  const { family, avoided } = uplink
  const used = avoided ? '' : `; no other uplink of ${VERSIONS[family]} is alive, so it is used all the same`
  const what = `${VERSIONS[family]} is ${describeDeath(death, now)}${used}`
  return [fail(what, isUnplugged ? CABLE : beyondRouter(uplink))]
}

/** A router that answers is not to blame. */
function beyondRouter({ device, addresses, out }: Uplink): string {
  const router = out?.hops[0]?.gateway
  const from = router === undefined || isLinkLocal(router) ? device : (addresses[0]?.local ?? device)
  return router === undefined
    ? 'ask the provider at the other end of the link'
    : `see whether its router answers: ${commandLine('ping', '-c', 1, '-I', from, router)}; if it does, the fault lies behind it`
}

/** Hooks do not probe: where nobody does, a dead provider is found by nobody. */
export function checkProbe(uplinks: readonly Uplink[], watched: boolean): Finding[] {
  const isAsked = uplinks.some(({ probe }) => probe !== undefined && probe.targets.length > 0)
  return isAsked && !watched
    ? [warn('mptcp-probe has no effect while the watcher does not run', START_WATCHER)]
    : []
}

export function checkDetours(step: WholeStep): Finding[] {
  const faults = detourFaults(step)
  return faults.length > 0
    ? faults.map(({ what, isLeft }) => (isLeft ? warn : fail)(what, commandLine('mptcp-routes', 'apply')))
    : standingDetours(step).map(({ family, devices }) =>
        ok(`what no rule by source address decides goes by ${listed(devices)} in ${VERSIONS[family]}`),
      )
}
