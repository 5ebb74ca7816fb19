/** What others do on a host: addresses and links come and go, other programs have rules, routes and endpoints. */
import fc from 'fast-check'
import { deriveTable } from '../../src/words/table.ts'
import { foreign, type Step } from './steps.ts'
import { ADDRESSES, addressLine, anyDevice, DEVICES, type Device, GATEWAYS } from './worlds.ts'

export const addressStep = (verb: 'add' | 'delete', nodad: fc.Arbitrary<boolean>) =>
  anyDevice.chain((device) =>
    fc
      .tuple(fc.constantFrom(...ADDRESSES[device]), nodad)
      .map(([spelling, sure]) => [foreign(addressLine(verb, device, spelling, sure))]),
  )

/** Its preferred lifetime is over. */
export const deprecatedStep = anyDevice.chain((device) =>
  fc
    .constantFrom(...ADDRESSES[device].filter(({ local, peer }) => local.includes(':') && peer === undefined))
    .map(({ local, length }) => [foreign(`addr add ${local}/${length} dev ${device} preferred_lft 0 nodad`)]),
)

function plugged(device: Device): Step[] {
  return [
    foreign(`link add ${device} type veth peer name p${device}`),
    foreign(`link set dev p${device} up`),
    foreign(`link set dev ${device} up`),
  ]
}

export const linkSteps = anyDevice.chain((device) =>
  fc.constantFrom<Step[]>(
    [foreign(`link set dev ${device} down`), foreign(`link set dev ${device} up`)],
    [foreign(`link set dev ${device} down`)],
    [foreign(`link set dev ${device} up`)],
    [foreign(`link delete dev ${device}`)],
    [foreign(`link delete dev ${device}`), ...plugged(device)],
    [
      foreign(`link delete dev ${device}`),
      ...plugged(device),
      ...ADDRESSES[device].map((spelling) => foreign(addressLine('add', device, spelling))),
    ],
    [foreign(`link set dev ${device} group 5`)],
    [foreign(`link set dev ${device} group 0`)],
  ),
)

/** Routes of others, in main, in tables of ours and in their own: statics, a daemon's, half defaults, with metrics of all kinds. */
export const routeSteps = anyDevice.chain((device) =>
  fc
    .record({
      gateway: fc.constantFrom(...GATEWAYS[device]),
      destination: fc.constantFrom('default', 'default', 'connected', 'elsewhere', 'half', 'plain'),
      verb: fc.constantFrom('add', 'append', 'delete'),
      onlink: fc.constantFrom(' onlink', ''),
      table: fc.constantFrom('main', 'main', String(deriveTable(device)), '100', '4000'),
      metric: fc.constantFrom('', ' metric 50', ' metric 1024'),
      attributes: fc.constantFrom('', '', ' mtu 1400', ' mtu lock 1280 initcwnd 20'),
      protocol: fc.constantFrom('4', '186'),
    })
    .map(({ gateway, destination, verb, onlink, table, metric, attributes, protocol }) => {
      const isIpv6 = gateway.includes(':')
      const to = toDestination(destination, isIpv6)
      const via = destination === 'plain' ? '' : ` via ${gateway}`
      const link = destination === 'plain' || verb === 'delete' ? '' : onlink
      const words = verb === 'delete' ? '' : attributes
      const tail = `dev ${device}${link}${metric}${words} table ${table} protocol ${protocol}`
      return [foreign(`route ${verb} ${to}${via} ${tail}`)]
    }),
)

function toDestination(kind: string, isIpv6: boolean): string {
  switch (kind) {
    case 'connected':
      return isIpv6 ? '2001:db8:1::/64' : '10.1.1.0/24'
    case 'half':
      return isIpv6 ? '2000::/4' : '0.0.0.0/1'
    case 'elsewhere':
    case 'plain':
      return isIpv6 ? '2001:db8:77::/48' : '203.0.113.0/24'
    default:
      return 'default'
  }
}

/** Answers with an error: a default of main's, or one in a table of ours, before or behind the way. */
export const terminalSteps = fc
  .record({
    verb: fc.constantFrom('add', 'append', 'delete'),
    type: fc.constantFrom('unreachable', 'blackhole'),
    table: fc.constantFrom('main', 'main', ...DEVICES.map((device) => String(deriveTable(device)))),
    metric: fc.constantFrom('', ' metric 10', ' metric 4096'),
    to: fc.constantFrom('default', 'default', '-6 default', '-6 default', '203.0.113.0/24'),
  })
  .map(({ verb, type, table, metric, to }) => {
    const [, option = '', destination] = /^(-6 )?(.*)$/.exec(to) ?? []
    return [foreign(`${option}route ${verb} ${type} ${destination}${metric} table ${table} protocol 4`)]
  })

/** A default over several devices. */
export const spreadSteps = fc
  .record({
    verb: fc.constantFrom('add', 'append'),
    table: fc.constantFrom('main', 'main', String(deriveTable('eth0'))),
    metric: fc.constantFrom('', ' metric 50'),
    hops: fc.constantFrom(
      ['via 10.1.1.1 dev eth0', 'via 10.1.2.1 dev eth1'],
      ['via 10.1.1.1 dev eth0', 'via 10.1.1.254 dev eth0'],
      ['via 10.1.2.254 dev wwan0', 'via 10.1.2.1 dev eth1'],
    ),
  })
  .map(({ verb, table, metric, hops }) => {
    const words = hops.map((hop) => `nexthop ${hop} weight 1`).join(' ')
    return [foreign(`route ${verb} default${metric} table ${table} protocol 4 ${words}`)]
  })

/** IPv6 siblings: hops of others beside ours and beside each other. */
export const siblingSteps = fc
  .record({
    device: fc.constantFrom<Device>('eth0', 'eth1'),
    gateway: fc.constantFrom('fe80::9', 'fe80::1', '2001:db8:1::1', '2001:db8:2::1'),
    table: fc.constantFrom('main', ...DEVICES.map((device) => String(deriveTable(device)))),
    preference: fc.constantFrom('', ' pref high', ' pref low'),
  })
  .map(({ device, gateway, table, preference }) => [
    foreign(`route append default via ${gateway} dev ${device}${preference} table ${table} protocol 9`),
  ])

const everyAddress = DEVICES.flatMap((device) =>
  ADDRESSES[device].map(({ local }) => ({ device, local, table: String(deriveTable(device)) })),
)

/** Rules of others, some of them twins of ours, and others' deletions of ours. */
export const ruleSteps = fc
  .record({
    owner: fc.constantFrom(...everyAddress),
    verb: fc.constantFrom('add', 'delete'),
    priority: fc.constantFrom('31000', '30999', '500', '100'),
    old: fc.boolean(),
  })
  .map(({ owner: { local, table }, verb, priority, old }) => {
    const protocol = verb === 'add' ? '4' : '77'
    const length = old ? 0 : local.includes(':') ? 4 : 7
    const companion = `suppress_prefixlength ${length} suppress_ifgroup 77`
    const tail = `priority ${priority} protocol ${protocol}`
    return priority === '30999'
      ? [foreign(`rule ${verb} from ${local} lookup main ${companion} ${tail}`)]
      : [foreign(`rule ${verb} from ${local} lookup ${table} ${tail}`)]
  })

/** What the first version left: its companions suppressed nothing but the default. */
export const firstVersion = fc
  .constantFrom(...everyAddress)
  .map(({ local, table }) => [
    foreign(
      `rule add from ${local} lookup main suppress_prefixlength 0 suppress_ifgroup 77 priority 30999 protocol 77`,
    ),
    foreign(`rule add from ${local} lookup ${table} priority 31000 protocol 77`),
  ])

export const ourRouteGone = anyDevice.chain((device) =>
  fc
    .constantFrom(...GATEWAYS[device])
    .map((gateway) => [
      foreign(`route delete default via ${gateway} dev ${device} table ${deriveTable(device)} protocol 77`),
    ]),
)

export const endpointSteps = fc
  .oneof(
    fc.constantFrom(...everyAddress).map(({ local }) => `mptcp endpoint add ${local} port 4433 signal`),
    fc.constantFrom(...everyAddress).map(({ local }) => `mptcp endpoint add ${local} signal`),
    fc.integer({ min: 1, max: 9 }).map((n) => `mptcp endpoint add 192.0.2.${n} subflow`),
    fc.integer({ min: 1, max: 8 }).map((n) => `mptcp endpoint add 192.0.2.${n} id ${247 + n} subflow`),
    fc.integer({ min: 1, max: 9 }).map((id) => `mptcp endpoint delete id ${id}`),
    fc.integer({ min: 248, max: 255 }).map((id) => `mptcp endpoint delete id ${id}`),
    fc.integer({ min: 248, max: 255 }).map((id) => `mptcp endpoint change id ${id} backup`),
    fc.integer({ min: 0, max: 8 }).map((limit) => `mptcp limits set subflows ${limit}`),
  )
  .map((line) => [foreign(line)])

/** Endpoints that the kernel makes itself: `ip` cannot, so a real one is never asked for them. */
export const implicitSteps = fc
  .constantFrom(...everyAddress)
  .map(({ local }) => [foreign(`mptcp endpoint add ${local} implicit`)])
