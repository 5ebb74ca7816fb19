/** Points about addresses of uplinks that nobody can be reached at: another host has them, or a bridge takes what comes in. */
import type { WholeStep } from '../../whole.ts'
import type { Address } from '../../words/state.ts'
import type { Probes } from '../probes.ts'
import { listed } from '../words.ts'
import { about, type Finding, fail } from './finding.ts'

export interface AddressFacts {
  readonly step: Pick<WholeStep, 'plan' | 'snapshot'>
  readonly probes: Pick<Probes, 'masters'>
}

export function checkAddresses({ step, probes }: AddressFacts): Finding[] {
  const devices = [...new Set(step.plan.uplinks.map(({ device }) => device))]
  return devices.flatMap((device) => {
    const own = step.snapshot.addresses.filter((address) => address.device === device && address.global)
    return about(device, [...checkDuplicates(own), ...checkMaster(device, own, probes)])
  })
}

function checkDuplicates(own: readonly Address[]): Finding[] {
  const taken = own.filter(({ duplicate }) => duplicate).map(({ local }) => local)
  return taken.length === 0
    ? []
    : [
        fail(
          `another host has ${listed(taken)} too (dadfailed), so nothing is sent from there`,
          'see: ip -6 address show dadfailed; give one of the two hosts another address',
        ),
      ]
}

function checkMaster(
  device: string,
  own: readonly Address[],
  { masters }: AddressFacts['probes'],
): Finding[] {
  const master = masters.get(device)
  const [first] = own
  return master === undefined || first === undefined
    ? []
    : [
        fail(
          `it is a port of ${master}, which takes all that comes in: what is sent to ${first.local} is not heard`,
          `give ${master} the address, the gateway and the options, in its own stanza, and ${device} none`,
        ),
      ]
}
