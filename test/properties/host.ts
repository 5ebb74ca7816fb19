/** A host in words: its kernel and disk, the views of them that properties compare, and what has been done to it. */
import type { Edge } from '../../src/words/edge.ts'
import { copyDisk, createDisk, type Disk } from '../fake-kernel/disk.ts'
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
  readonly disk: Disk
  readonly edge: Edge
}

export function createHost(kernel: Kernel = createKernel(), disk: Disk = createDisk()): Host {
  return { kernel, disk, edge: createFakeEdge(kernel, disk) }
}

/** A host with the devices plugged in, on which the steps have been done. */
export function hostAfter(steps: readonly Step[]): Host {
  const host = createHost()
  for (const step of [...plugIn(DEVICES), ...steps]) {
    runStep(host, step)
  }
  return host
}

export function copyHost({ kernel, disk }: Host): Host {
  return createHost(copyKernel(kernel), copyDisk(disk))
}

/** The protocol of ours, spelled once more: a test that took it from src could not see it change. */
const OURS = 77

/** The lowest id of ours. */
const OUR_IDS = 248

/**
 * The kernel's whole state as sorted lines. Left out: the order of rules that have the same priority and of routes in
 * one place, as `ip` cannot put one back where it was.
 */
export function printState(kernel: Kernel): string {
  return [
    ...kernel.links.map(({ name, group, up }) => `link ${name} group ${group} ${up ? 'up' : 'down'}`),
    ...settingsOf(kernel).map(({ link, family, value }) => `setting ${link.name} ${family} ${value}`),
    ...kernel.addresses.map(printAddress),
    ...kernel.rules.map((rule) => `rule ${JSON.stringify(rule)}`),
    ...kernel.routes.map(printRoute),
    ...kernel.endpoints.map((endpoint) => printEndpoint(endpoint, kernel)),
    printLimits(kernel),
  ]
    .sort()
    .join('\n')
}

/** The same with the records. */
export function printHost({ kernel, disk }: Host): string {
  return `${printState(kernel)}\n${[...disk.files].sort().flat().join('\n')}`
}

function settingsOf({ links }: Kernel) {
  return links.flatMap((link) =>
    (['inet', 'inet6'] as const).map((family) => ({ link, family, value: link.ignoring[family] })),
  )
}

/** As a record says that stands beside those of stanzas. */
function isOurSetting({ link, family }: ReturnType<typeof settingsOf>[number], { files }: Disk): boolean {
  return [...files.keys()].some((path) => path.endsWith(`/setting,${family},${link.index}`))
}

function printRoute(route: object): string {
  return `route ${JSON.stringify(sortKeys(route))}`
}

function printLimits({ subflows, addAddrAccepted }: Kernel): string {
  return `limits ${subflows} ${addAddrAccepted}`
}

/**
 * What no run of ours may change: all that does not bear our mark.
 *
 * @param acting the devices of the run, whose group may change between 0 and ours
 */
export function printForeign({ kernel, disk }: Host, acting: readonly string[]): string[] {
  const groups = kernel.links.map(({ name, group, up }) => {
    const free = acting.includes(name) && (group === 0 || group === OURS)
    return `link ${name} group ${free ? 'free' : group} ${up ? 'up' : 'down'}`
  })
  const settings = settingsOf(kernel).filter((setting) => setting.value === 1 && !isOurSetting(setting, disk))
  return [
    ...groups,
    ...settings.map(({ link, family }) => `setting ${link.name} ${family}`),
    ...kernel.addresses.map(printAddress),
    ...kernel.rules.filter(({ protocol }) => protocol !== OURS).map((rule) => `rule ${JSON.stringify(rule)}`),
    ...kernel.routes.filter(({ protocol }) => protocol !== OURS).map(printRoute),
    ...kernel.endpoints.filter(isForeignEndpoint).map((endpoint) => printEndpoint(endpoint, kernel)),
  ].sort()
}

/** Duplicate address detection goes on whether a run waits for it or not. */
function printAddress({ tentative: _, ...address }: KernelAddress): string {
  return `address ${JSON.stringify(address)}`
}

/** Ours have an id of ours and a device; the kernel's own, made for a join, may give way to one of ours. */
function isForeignEndpoint({ id, port, device, implicit }: KernelEndpoint): boolean {
  return !implicit && (port !== undefined || id < OUR_IDS || device === undefined)
}

/** What a host must not have after all its devices have gone down. */
export function printOurs({ kernel, disk }: Host): string[] {
  const isOurs = ({ protocol }: { readonly protocol: number }) => protocol === OURS
  const settings = settingsOf(kernel).filter((setting) => setting.value === 1 && isOurSetting(setting, disk))
  return [
    ...settings.map(({ link, family }) => `setting ${link.name} ${family}`),
    ...kernel.rules.filter(isOurs).map((rule) => `rule ${JSON.stringify(rule)}`),
    ...kernel.routes.filter(isOurs).map(printRoute),
    ...kernel.links.filter(({ group }) => group === OURS).map(({ name }) => `link ${name} group ${OURS}`),
  ]
}

/** The endpoints that are ours by their ids and their rules. */
export function ownEndpoints(kernel: Kernel): string[] {
  const sources = kernel.rules.filter(({ protocol }) => protocol === OURS).map(({ from }) => from)
  return kernel.endpoints
    .filter((endpoint) => !endpoint.implicit && !isForeignEndpoint(endpoint))
    .filter(({ address }) => sources.includes(address))
    .map((endpoint) => printEndpoint(endpoint, kernel))
}

export function printEndpoint(endpoint: KernelEndpoint, kernel: Kernel): string {
  const { id, address, port, device, flags, implicit } = endpoint
  const name = kernel.links.find(({ index }) => index === device)?.name
  const words = [...[...flags].sort(), ...(implicit ? ['implicit'] : [])].join(' ')
  return `endpoint ${id} ${address} port ${port} dev ${device === undefined ? '-' : (name ?? 'gone')} ${words}`
}

function sortKeys(object: object): object {
  return Object.fromEntries(Object.entries(object).sort(([one], [other]) => (one < other ? -1 : 1)))
}
