/** Environments: mostly sound, so that what is hostile in them gets past the first check. */
import fc from 'fast-check'

const INJECTION = 'rule add from 10.66.66.66 lookup 66 priority 66 protocol 77'

/** UTF-16 as it comes, halves of pairs included. */
const anyUnits = fc
  .array(fc.oneof(fc.integer({ min: 0, max: 0x7f }), fc.integer({ min: 0xd700, max: 0xffff })))
  .map((units) => String.fromCharCode(...units))

const hostile = fc.oneof(
  anyUnits,
  fc.string({ unit: 'binary' }),
  fc.constantFrom(
    ...['\n', '\r\n', '\u2028', '\0', ' ; ', ' # ', '\\\n'].map((glue) => `10.1.1.2${glue}${INJECTION}`),
    `"10.1.1.2"`,
    `'10.1.1.2'`,
    '$(reboot)',
    '-batch',
    '--help',
    '-4',
    '../../etc',
    'x'.repeat(5000),
    '1'.repeat(5000),
    '10.1.1.2 '.repeat(600),
    '\ud800',
    '10.1.1.2\udfff',
    '١٠.١.١.٢',
    '１０.1.1.2',
    '010.1.1.2',
    '0x0a.1.1.2',
    '167772162',
    '10.1',
    'fe80::1%eth0',
    '::ffff:10.1.1.2',
    '2001:DB8:0:0::2',
    '10.1.1.2/24/24',
    '10.1.1.2/-1',
    '10.1.1.2/033',
    '1e3',
    '31000.0',
    ' 31000 ',
    '+31000',
    '-1',
    'main',
    'default',
    '254',
    '4294967296',
    'constructor',
    '__proto__',
    '',
    ' ',
  ),
)

const SOUND = {
  IFACE: ['eth0', 'eth1', 'eth0:1', 'lo', '--all', 'nosuch', 'eth0.5'],
  LOGICAL: ['eth0'],
  ADDRFAM: ['inet', 'inet6', 'inet,inet,inet6', 'meta', 'can'],
  METHOD: ['static', 'dhcp', 'loopback', 'none'],
  MODE: ['start', 'stop'],
  PHASE: ['post-up', 'post-down', 'up'],
  VERBOSITY: ['0', '1'],
  IF_ADDRESS: ['10.1.1.2', '10.1.1.2/24', '2001:db8:1::2', '2001:db8:1::2/64', '10.7.7.7'],
  IF_ADDRESSES: ['10.1.1.2/24 2001:db8:1::2/64', '10.1.1.2'],
  IF_NETMASK: ['255.255.255.0', '24', '64', '255.0.255.0'],
  IF_GATEWAY: ['10.1.1.1', '2001:db8:1::1'],
  IF_GATEWAYS: ['10.1.1.1 2001:db8:1::1', 'fe80::1'],
  IF_POINTOPOINT: ['10.9.9.2', '2001:db8:9::2'],
  IF_MPTCP: ['on', 'off'],
  IF_MPTCP_GATEWAY: ['none', '172.31.1.1', '10.1.1.1'],
  IF_MPTCP_TABLE: ['100', '4294967295', 'isp'],
  IF_MPTCP_PRIORITY: ['2', '32762', '500'],
  IF_MPTCP_ENDPOINT: ['none', 'signal', 'subflow backup', 'signal fullmesh'],
  IF_MPTCP_MAIN_ROUTES: ['keep', 'ignore'],
  IF_MPTCP_METRIC: ['1', '4294967295'],
  IF_MPTCP_PROBE: ['none', 'gateway', '192.0.2.1:443 [2001:db8::1]:443', 'www.example.org'],
  IF_MPTCP_PROBE_INTERVAL: ['1', '3600'],
  IF_MPTCP_FORWARD: ['yes', 'no'],
  IF_MPTCP_STRICT: ['yes', 'no'],
} as const satisfies Readonly<Record<string, readonly string[]>>

const value = (sound: readonly string[]) =>
  fc.oneof(
    { weight: 6, arbitrary: fc.constant(undefined) },
    { weight: 5, arbitrary: fc.constantFrom(...sound) },
    { weight: 1, arbitrary: hostile },
  )

export const environment = fc
  .tuple(
    fc.record(Object.fromEntries(Object.entries(SOUND).map(([name, sound]) => [name, value(sound)]))),
    fc.oneof(
      { weight: 4, arbitrary: fc.constantFrom('eth0', 'eth0:1', 'eth1') },
      { weight: 1, arbitrary: hostile },
    ),
    fc.dictionary(
      hostile.map((text) => `IF_MPTCP_${text}`),
      hostile,
      { maxKeys: 1 },
    ),
  )
  .map(([env, iface, others]): NodeJS.ProcessEnv => ({ ...others, ...env, IFACE: env['IFACE'] ?? iface }))
