/** MPTCP endpoints and limits, as the kernel's net/mptcp/pm_kernel.c keeps them. */
import type { EndpointFlag } from '../../src/words/state.ts'
import { type Fault, findLink, type Kernel, type KernelEndpoint } from './kernel.ts'

/** MPTCP_PM_ADDR_MAX */
const MOST = 8

const LAST_ID = 255

export interface NewEndpoint {
  readonly address: string
  readonly port: number | undefined
  /** Undefined: the kernel gives one. */
  readonly id: number | undefined
  readonly device: string | undefined
  readonly flags: readonly EndpointFlag[]
  readonly implicit: boolean
}

export function addEndpoint(kernel: Kernel, endpoint: NewEndpoint): Fault | undefined {
  const { address, port, device, flags, implicit } = endpoint
  // `ip` takes the index of a device that is gone as it prints it: if3.
  const gone = /^if(\d+)$/.exec(device ?? '')?.[1]
  const index =
    (device === undefined ? undefined : findLink(kernel, device)?.index) ??
    (gone === undefined ? undefined : Number(gone))
  if (device !== undefined && index === undefined) {
    return { words: `Error: argument "${device}" is wrong: device does not exist\n`, gaveUp: true }
  }
  if (flags.includes('signal') && flags.includes('fullmesh')) {
    const words = `Error: argument "${flags.at(-1)}" is wrong: flags mustn't have both signal and fullmesh`
    return { words, gaveUp: true }
  }
  const fault = whyRefused(kernel, endpoint)
  if (fault !== undefined) {
    return fault
  }
  kernel.endpoints = kernel.endpoints.filter((other) => !(other.implicit && isTwin(other, endpoint)))
  const id = endpoint.id ?? takeId(kernel)
  kernel.nextId = Math.max(kernel.nextId, id)
  kernel.endpoints.push({ id, address, port, device: index, flags, implicit })
  return undefined
}

function whyRefused(kernel: Kernel, endpoint: NewEndpoint): Fault | undefined {
  const refuse = (code: number) => ({ words: `Error: too many addresses or duplicate one: -${code}.` })
  const twin = kernel.endpoints.find((other) => isTwin(other, endpoint))
  if (kernel.endpoints.length >= MOST) {
    return refuse(34)
  }
  if (kernel.endpoints.some(({ id }) => id === endpoint.id)) {
    return refuse(16)
  }
  if (twin !== undefined && !twin.implicit) {
    return refuse(17)
  }
  if (twin !== undefined && endpoint.id !== undefined) {
    return refuse(22)
  }
  // A port is listened on, and only an address of the host can be.
  const isHere = kernel.addresses.some(({ local }) => local === endpoint.address)
  return endpoint.port === undefined || isHere
    ? undefined
    : { words: 'Error: create listen socket error: -99.' }
}

function isTwin(other: KernelEndpoint, { address, port }: NewEndpoint): boolean {
  return other.address === address && other.port === port
}

/** The next free id from the highest one that was ever given; behind the last comes the first again. */
function takeId(kernel: Kernel): number {
  const used = new Set(kernel.endpoints.map(({ id }) => id))
  let id = kernel.nextId === LAST_ID ? 1 : kernel.nextId
  while (used.has(id)) {
    id = id === LAST_ID ? 1 : id + 1
  }
  kernel.nextId = id
  return id
}

export function deleteEndpoint(kernel: Kernel, id: number): Fault | undefined {
  if (!kernel.endpoints.some((endpoint) => endpoint.id === id)) {
    return { words: 'Error: address not found.' }
  }
  kernel.endpoints = kernel.endpoints.filter((endpoint) => endpoint.id !== id)
  return undefined
}

const CHANGEABLE: readonly EndpointFlag[] = ['backup', 'fullmesh']

/** @param flags of backup and fullmesh those that the endpoint is to have; the other goes */
export function changeEndpoint(
  kernel: Kernel,
  id: number,
  flags: readonly EndpointFlag[],
): Fault | undefined {
  const old = kernel.endpoints.find((endpoint) => endpoint.id === id)
  if (old === undefined) {
    return { words: 'Error: address not found.' }
  }
  if (flags.includes('fullmesh') && (old.flags.includes('signal') || old.implicit)) {
    return { words: 'Error: invalid addr flags.' }
  }
  const kept = old.flags.filter((flag) => !CHANGEABLE.includes(flag))
  kernel.endpoints = kernel.endpoints.map((endpoint) =>
    endpoint === old
      ? { ...old, flags: [...kept, ...CHANGEABLE.filter((flag) => flags.includes(flag))] }
      : endpoint,
  )
  return undefined
}

export function setLimits(
  kernel: Kernel,
  subflows = kernel.subflows,
  addAddrAccepted = kernel.addAddrAccepted,
): Fault | undefined {
  if (subflows > MOST || addAddrAccepted > MOST) {
    return { words: `Error: limit greater than maximum (${MOST}).` }
  }
  kernel.subflows = subflows
  kernel.addAddrAccepted = addAddrAccepted
  return undefined
}
