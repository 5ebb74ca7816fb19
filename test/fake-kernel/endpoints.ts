/** MPTCP endpoints and limits, as the kernel's net/mptcp/pm_netlink.c keeps them. */
import type { EndpointFlag } from '../../src/words/state.ts'
import { type Fault, findLink, type Kernel } from './kernel.ts'

/** MPTCP_PM_ADDR_MAX */
const MOST = 8

export interface NewEndpoint {
  readonly address: string
  readonly port: number | undefined
  readonly device: string | undefined
  readonly flags: readonly EndpointFlag[]
}

export function addEndpoint(kernel: Kernel, endpoint: NewEndpoint): Fault | undefined {
  const { address, port, device, flags } = endpoint
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
  if (kernel.endpoints.length >= MOST) {
    return { words: 'Error: too many addresses or duplicate one: -34.' }
  }
  if (kernel.endpoints.some((other) => other.address === address && other.port === port)) {
    return { words: 'Error: too many addresses or duplicate one: -17.' }
  }
  // A port is listened on, and only an address of the host can be.
  if (port !== undefined && !kernel.addresses.some(({ local }) => local === address)) {
    return { words: 'Error: create listen socket error: -99.' }
  }
  kernel.endpoints.push({ id: takeId(kernel), address, port, device: index, flags })
  return undefined
}

/** The next free id from the highest one that was ever given. */
function takeId(kernel: Kernel): number {
  let id = kernel.nextId
  while (kernel.endpoints.some((endpoint) => endpoint.id === id)) {
    id += 1
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

export function setSubflows(kernel: Kernel, limit: number): Fault | undefined {
  if (limit > MOST) {
    return { words: `Error: limit greater than maximum (${MOST}).` }
  }
  kernel.subflows = limit
  return undefined
}
