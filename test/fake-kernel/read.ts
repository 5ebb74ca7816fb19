/** The lines of `ip -N -d -o -batch` that only read, answered as iproute2 6.1 does. */
import type { Family } from '../../src/words/state.ts'
import {
  findLink,
  type Kernel,
  type KernelAddress,
  type KernelEndpoint,
  type KernelRule,
  type Link,
} from './kernel.ts'
import { showRoutes, showRoutes6 } from './show-routes.ts'

/**
 * What `ip` prints for the line.
 *
 * @param family `inet` is `ip` without -6: it shows addresses and routes of both families, and IPv4's rules
 */
export function answerLine(kernel: Kernel, family: Family, line: string): string {
  switch (line) {
    case 'link show dev lo':
      return print([LO])
    case 'rule show':
      return print(showRules(kernel, family))
    case 'link show':
      return print([LO, ...kernel.links.map(showLink(kernel))])
    case 'addr show':
      return print(showAddresses(kernel, family))
    case 'route show table all':
      return print(family === 'inet' ? showRoutes(kernel) : showRoutes6(kernel))
    case 'mptcp endpoint show':
      return print([...kernel.endpoints].sort((one, other) => one.id - other.id).map(showEndpoint(kernel)))
    case 'mptcp limits show':
      return print([`add_addr_accepted ${kernel.addAddrAccepted} subflows ${kernel.subflows} `])
    default:
      throw new Error(`the fake kernel does not know the question ${JSON.stringify(line)}`)
  }
}

function print(lines: readonly string[]): string {
  return lines.map((line) => `${line}\n`).join('')
}

const LO =
  '1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536 qdisc noqueue state UNKNOWN mode DEFAULT group 0 qlen 1000' +
  '\\    link/[772] 00:00:00:00:00:00 brd 00:00:00:00:00:00 promiscuity 0  allmulti 0 minmtu 0 maxmtu 0 '

/** Devices that are plugged in have hardware addresses of their own, by which a record knows its device. */
export function macOf({ index }: Link): string {
  return `02:00:00:00:00:${index.toString(16).padStart(2, '0')}`
}

/** The cable of a veth is in while its other end is up. */
const showLink = (kernel: Kernel) => (link: Link) => {
  const { index, name, peer, altname, up, group } = link
  const carrier = up && findLink(kernel, peer)?.up === true
  const raised = !up ? [] : carrier ? ['UP', 'LOWER_UP'] : ['UP']
  const flags = [...(up && !carrier ? ['NO-CARRIER'] : []), 'BROADCAST', 'MULTICAST', ...raised].join()
  const state = carrier ? 'UP' : 'DOWN'
  return [
    `${index}: ${name}@${peer}: <${flags}> mtu 1500 qdisc noqueue state ${state} mode DEFAULT group ${group} qlen 1000`,
    `link/[1] ${macOf(link)} brd ff:ff:ff:ff:ff:ff promiscuity 0  allmulti 0 minmtu 68 maxmtu 65535 `,
    'veth addrgenmode eui64 numtxqueues 2 numrxqueues 2 ',
    ...(altname === undefined ? [] : [`altname ${altname}`]),
  ].join('\\    ')
}

/** The kernel's own rules stand before and behind all others. */
function showRules(kernel: Kernel, family: Family): string[] {
  const shown = kernel.rules.filter((rule) => rule.family === family)
  const sorted = [...shown].sort((one, other) => one.priority - other.priority)
  return [
    '0:\tfrom all lookup 255 proto 2',
    ...sorted.map(showRule),
    '32766:\tfrom all lookup 254 proto 2',
    ...(family === 'inet' ? ['32767:\tfrom all lookup 253 proto 2'] : []),
  ]
}

function showRule({ priority, from, mark, table, suppress, protocol }: KernelRule): string {
  const group = suppress?.group === undefined ? '' : ` suppress_ifgroup ${suppress.group}`
  const length = suppress === undefined ? '' : ` suppress_prefixlength ${suppress.length}${group}`
  const action = table === undefined ? '7' : `lookup ${table}${length}`
  const selector = mark === undefined ? from : `${from} fwmark ${mark}`
  return `${priority}:\tfrom ${selector} ${action} proto ${protocol}`
}

function showAddresses(kernel: Kernel, family: Family): string[] {
  const lo = [
    '1: lo    inet 127.0.0.1/8 scope 254 lo\\       valid_lft forever preferred_lft forever',
    '1: lo    inet6 ::1/128 scope 254 \\       valid_lft forever preferred_lft forever',
  ]
  const shown = inOrder(kernel.addresses).filter((address) => family === 'inet' || address.family === family)
  return [
    ...lo.slice(family === 'inet' ? 0 : 1),
    ...kernel.links.flatMap((link) => [
      ...shown.filter(({ device }) => device === link.name).map((address) => showAddress(address, link)),
      ...(link.up ? [showLinkLocal(link)] : []),
    ]),
  ]
}

/** IPv4: the first of each subnet before the seconds; IPv6: the newest first. */
function inOrder(addresses: readonly KernelAddress[]): KernelAddress[] {
  const ipv4 = addresses.filter(({ family }) => family === 'inet')
  return [
    ...ipv4.filter(({ secondary }) => !secondary),
    ...ipv4.filter(({ secondary }) => secondary),
    ...addresses.filter(({ family }) => family === 'inet6').reverse(),
  ]
}

function showAddress(address: KernelAddress, { index, name }: Link): string {
  const { family, local, peer, length, secondary, deprecated, tentative } = address
  const host = peer === undefined ? `${local}/${length}` : `${local} peer ${peer}/${length}`
  const flags = [
    ...(secondary ? ['secondary'] : []),
    ...(deprecated ? ['deprecated'] : []),
    ...(tentative ? ['tentative'] : []),
    ...(family === 'inet' ? [name] : ['']),
  ].join(' ')
  const lifetime = `valid_lft forever preferred_lft ${deprecated ? '0sec' : 'forever'}`
  return `${index}: ${name}    ${family} ${host} scope 0 ${flags}\\       ${lifetime}`
}

/** By EUI-64 from the hardware address. */
export function linkLocalOf({ index }: Link): string {
  return `fe80::ff:fe00:${index.toString(16)}`
}

function showLinkLocal(link: Link): string {
  const { index, name } = link
  return `${index}: ${name}    inet6 ${linkLocalOf(link)}/64 scope 253 \\       valid_lft forever preferred_lft forever`
}

function showEndpoint({ links }: Kernel) {
  return ({ id, address, port, device, flags, implicit }: KernelEndpoint) => {
    // A device that is gone leaves its index.
    const name = links.find(({ index }) => index === device)?.name ?? `if${device}`
    const words = [
      address,
      ...(port === undefined ? [] : ['port', `${port}`]),
      ...['id', `${id}`, ...flags],
      ...(implicit ? ['rawflags', '10'] : []),
      ...(device === undefined ? [] : ['dev', name]),
    ]
    return `${words.join(' ')} `
  }
}
