/** What others do on a host: addresses and links come and go, other programs have rules, routes and endpoints. */
import fc from 'fast-check'
import { deriveTable } from '../../src/words/table.ts'
import { foreign } from './steps.ts'
import { ADDRESSES, addressLine, anyDevice, DEVICES, GATEWAYS } from './worlds.ts'

export const addressStep = (verb: 'add' | 'delete', nodad: fc.Arbitrary<boolean>) =>
  anyDevice.chain((device) =>
    fc
      .tuple(fc.constantFrom(...ADDRESSES[device]), nodad)
      .map(([spelling, sure]) => [foreign(addressLine(verb, device, spelling, sure))]),
  )

export const linkSteps = anyDevice.chain((device) =>
  fc.constantFrom(
    [foreign(`link set dev ${device} down`), foreign(`link set dev ${device} up`)],
    [foreign(`link delete dev ${device}`)],
    [
      foreign(`link delete dev ${device}`),
      foreign(`link add ${device} type veth peer name p${device}`),
      foreign(`link set dev p${device} up`),
      foreign(`link set dev ${device} up`),
    ],
    [
      foreign(`link delete dev ${device}`),
      foreign(`link add ${device} type veth peer name p${device}`),
      foreign(`link set dev p${device} up`),
      foreign(`link set dev ${device} up`),
      ...ADDRESSES[device].map((spelling) => foreign(addressLine('add', device, spelling))),
    ],
    [foreign(`link set dev ${device} group 5`)],
    [foreign(`link set dev ${device} group 0`)],
  ),
)

/** Routes of others, in main, in tables of ours and in their own. */
export const routeSteps = anyDevice.chain((device) =>
  fc
    .record({
      gateway: fc.constantFrom(...GATEWAYS[device]),
      destination: fc.constantFrom('default', 'default', 'connected', 'elsewhere'),
      table: fc.constantFrom('main', String(deriveTable(device)), '100', '4000'),
      metric: fc.constantFrom('', ' metric 50', ' metric 1024'),
      protocol: fc.constantFrom('4', '186'),
    })
    .map(({ gateway, destination, table, metric, protocol }) => {
      const isIpv6 = gateway.includes(':')
      const elsewhere = isIpv6 ? '2001:db8:77::/48' : '203.0.113.0/24'
      const connected = isIpv6 ? '2001:db8:1::/64' : '10.1.1.0/24'
      const to = destination === 'connected' ? connected : destination === 'elsewhere' ? elsewhere : 'default'
      const tail = `dev ${device} onlink${metric} table ${table} protocol ${protocol}`
      return [{ ...foreign(`route add ${to} via ${gateway} ${tail}`) }]
    }),
)

const everyAddress = DEVICES.flatMap((device) =>
  ADDRESSES[device].map(({ local }) => ({ device, local, table: String(deriveTable(device)) })),
)

/** Rules of others, some of them twins of ours, and others' deletions of ours. */
export const ruleSteps = fc
  .record({
    owner: fc.constantFrom(...everyAddress),
    verb: fc.constantFrom('add', 'delete'),
    priority: fc.constantFrom('31000', '30999', '500', '100'),
  })
  .map(({ owner: { local, table }, verb, priority }) => {
    const protocol = verb === 'add' ? '4' : '77'
    const companion = 'suppress_prefixlength 0 suppress_ifgroup 77'
    const tail = `priority ${priority} protocol ${protocol}`
    return priority === '30999'
      ? [foreign(`rule ${verb} from ${local} lookup main ${companion} ${tail}`)]
      : [foreign(`rule ${verb} from ${local} lookup ${table} ${tail}`)]
  })

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
    fc.integer({ min: 1, max: 9 }).map((n) => `mptcp endpoint add 192.0.2.${n} subflow`),
    fc.integer({ min: 1, max: 9 }).map((id) => `mptcp endpoint delete id ${id}`),
    fc.integer({ min: 0, max: 8 }).map((limit) => `mptcp limits set subflows ${limit}`),
  )
  .map((line) => [foreign(line)])
