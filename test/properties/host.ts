/** A host in words: its kernel, the views of it that properties compare, and what has been done to it. */
import type { Edge } from '../../src/kernel/ip.ts'
import { createFakeEdge } from '../fake-kernel/edge.ts'
import {
  copyKernel,
  createKernel,
  type Kernel,
  type KernelAddress,
  type KernelEndpoint,
} from '../fake-kernel/kernel.ts'
import { plugIn, runStep, type Step } from './steps.ts'
import { DEVICES } from './worlds.ts'

export interface Host {
  readonly kernel: Kernel
  readonly edge: Edge
}

export function createHost(kernel: Kernel = createKernel()): Host {
  return { kernel, edge: createFakeEdge(kernel) }
}

/** A host with the devices plugged in, on which the steps have been done. */
export function hostAfter(steps: readonly Step[]): Host {
  const host = createHost()
  for (const step of [...plugIn(DEVICES), ...steps]) {
    runStep(host.edge, step)
  }
  return host
}

export function copyHost({ kernel }: Host): Host {
  return createHost(copyKernel(kernel))
}

/** The protocol of ours, spelled once more: a test that took it from src could not see it change. */
const OURS = 77

/**
 * The whole state as sorted lines. Left out: the ids of endpoints, which count up, and the order of rules that have
 * the same priority, as `ip rule` cannot put one back where it was.
 */
export function printState(kernel: Kernel): string {
  return [
    ...kernel.links.map(({ name, group, up }) => `link ${name} group ${group} ${up ? 'up' : 'down'}`),
    ...kernel.addresses.map(printAddress),
    ...kernel.rules.map((rule) => `rule ${JSON.stringify(rule)}`),
    ...kernel.routes.map((route) => `route ${JSON.stringify(sortKeys(route))}`),
    ...kernel.endpoints.map((endpoint) => printEndpoint(endpoint, kernel)),
    `subflows ${kernel.subflows}`,
  ]
    .sort()
    .join('\n')
}

/**
 * What no run of ours may change: all that does not bear our mark. An endpoint bears none; foreign for sure is one
 * with a port, and one whose address is on no device and in no rule of ours.
 *
 * @param acting the devices of the run, whose group may change between 0 and ours
 */
export function printForeign(kernel: Kernel, acting: readonly string[]): string[] {
  const groups = kernel.links.map(({ name, group, up }) => {
    const free = acting.includes(name) && (group === 0 || group === OURS)
    return `link ${name} group ${free ? 'free' : group} ${up ? 'up' : 'down'}`
  })
  return [
    ...groups,
    ...kernel.addresses.map(printAddress),
    ...kernel.rules.filter(({ protocol }) => protocol !== OURS).map((rule) => `rule ${JSON.stringify(rule)}`),
    ...kernel.routes
      .filter(({ protocol }) => protocol !== OURS)
      .map((route) => `route ${JSON.stringify(sortKeys(route))}`),
    ...kernel.endpoints
      .filter((endpoint) => isForeignEndpoint(endpoint))
      .map((endpoint) => `${printEndpoint(endpoint, kernel)} id ${endpoint.id}`),
  ].sort()
}

/** Duplicate address detection goes on whether a run waits for it or not. */
function printAddress({ tentative: _, ...address }: KernelAddress): string {
  return `address ${JSON.stringify(address)}`
}

/** Addresses of this prefix are on none of the hosts' devices. */
const ELSEWHERE = '192.0.2.'

function isForeignEndpoint({ port, address }: KernelEndpoint): boolean {
  return port !== undefined || address.startsWith(ELSEWHERE)
}

/** What a host must not have after all its devices have gone down. */
export function printOurs(kernel: Kernel): string[] {
  const isOurs = ({ protocol }: { readonly protocol: number }) => protocol === OURS
  const rules = kernel.rules.filter(isOurs)
  return [
    ...rules.map((rule) => `rule ${JSON.stringify(rule)}`),
    ...kernel.routes.filter(isOurs).map((route) => `route ${JSON.stringify(route)}`),
    ...kernel.links.filter(({ group }) => group === OURS).map(({ name }) => `link ${name} group ${OURS}`),
  ]
}

/** The endpoints that are ours by their rules. */
export function ownEndpoints(kernel: Kernel): string[] {
  const sources = kernel.rules.filter(({ protocol }) => protocol === OURS).map(({ from }) => from)
  return kernel.endpoints
    .filter(({ address, port }) => port === undefined && sources.includes(address))
    .map(({ address }) => address)
}

function printEndpoint({ address, port, device, flags }: KernelEndpoint, kernel: Kernel): string {
  const name = kernel.links.find(({ index }) => index === device)?.name
  return `endpoint ${address} port ${port} dev ${device === undefined ? '-' : (name ?? 'gone')} ${[...flags].sort().join(' ')}`
}

function sortKeys(object: object): object {
  return Object.fromEntries(Object.entries(object).sort(([one], [other]) => (one < other ? -1 : 1)))
}
