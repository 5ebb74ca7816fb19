// The host of the page, made of namespaces:
//
//   docker0 172.17.0.1/16 ── container 172.17.0.2
//   eth0 10.1.1.2/24 ── provider0 10.1.1.1 ┐
//   eth1 10.1.2.2/24 ── provider1 10.1.2.1 ┴ server 203.0.113.1
//
// The host is the namespace that we are in, so that ifup needs no wrapper. A provider drops what does not bear an
// address that it gave out, as providers do (BCP 38): so an answer proves that a packet took the uplink of its source.
import { mkdir } from 'node:fs/promises'
import { execa } from 'execa'

export const SERVER = '203.0.113.1'
export const CONTAINER = { address: '172.17.0.2', bridge: 'docker0', own: '172.17.0.1/16' }
export const UPLINKS = [
  { device: 'eth0', address: '10.1.1.2', subnet: '10.1.1.0/24', gateway: '10.1.1.1', provider: 'provider0' },
  { device: 'eth1', address: '10.1.2.2', subnet: '10.1.2.0/24', gateway: '10.1.2.1', provider: 'provider1' },
]
/** Per uplink, towards the host. Slow enough for any machine, so that the uplinks are what is measured. */
export const MEGABITS = 50
/** Private to our mount namespace, gone with it. */
export const SCRATCH = '/run/demo'

/** Runs a command on the host. */
export function run(command, args, options = {}) {
  return execa(command, args, { env: { LC_ALL: 'C', TMPDIR: SCRATCH }, ...options })
}

/** The command line that runs another one in a namespace. `ip netns exec` mounts /sys anew, which containers forbid. */
export function inNamespace(name, command, args) {
  return ['nsenter', [`--net=/run/netns/${name}`, command, ...args]]
}

/** Several lines of `ip` in one process; of the host where no namespace is named. */
export function ip(lines, namespace) {
  const where = namespace === undefined ? [] : ['-n', namespace]
  return run('ip', [...where, '-batch', '-'], { input: `${lines.join('\n')}\n` })
}

/** What `ip -j` prints, parsed. */
export async function askIp(args) {
  const { stdout } = await run('ip', ['-j', ...args])
  return stdout.trim() === '' ? [] : JSON.parse(stdout)
}

/** Everything but the host's own addresses: these are ifup's work. */
export async function buildLab() {
  // Where namespaces, ifup and we ourselves write. The machine's own /run is out of sight from here on.
  await run('mount', ['-t', 'tmpfs', 'tmpfs', '/run'], { env: {} })
  await mkdir(SCRATCH)
  await addServer()
  for (const uplink of UPLINKS) {
    await addProvider(uplink)
  }
  await addContainer()
}

async function addServer() {
  await run('ip', ['netns', 'add', 'server'])
  await ip(['link set lo up', `address add ${SERVER}/32 dev lo`], 'server')
}

async function addProvider({ device, subnet, gateway, provider }) {
  await run('ip', ['netns', 'add', provider])
  await ip([
    `link add ${device} type veth peer name customer netns ${provider}`,
    `link add ${provider} netns server type veth peer name server netns ${provider}`,
  ])
  await ip(
    [
      'link set lo up',
      'link set customer up',
      'link set server up',
      `address add ${gateway}/24 dev customer`,
      `route add ${SERVER} dev server`,
    ],
    provider,
  )
  await ip([`link set ${provider} up`, `route add ${subnet} via ${gateway} dev ${provider} onlink`], 'server')
  await setSysctl(provider, 'ipv4/ip_forward', 1)
  await setSysctl(provider, 'ipv4/conf/customer/rp_filter', 1)
}

async function addContainer() {
  await run('ip', ['netns', 'add', 'container'])
  await ip([
    `link add ${CONTAINER.bridge} type bridge`,
    'link add container type veth peer name eth0 netns container',
    `link set container master ${CONTAINER.bridge} up`,
    `link set ${CONTAINER.bridge} up`,
    `address add ${CONTAINER.own} dev ${CONTAINER.bridge}`,
  ])
  const gateway = CONTAINER.own.replace(/\/.*/, '')
  await ip(
    ['link set eth0 up', `address add ${CONTAINER.address}/16 dev eth0`, `route add default via ${gateway}`],
    'container',
  )
}

/** Gives each uplink the speed of a slow line, in the direction of a download. */
export async function shapeUplinks() {
  for (const { provider } of UPLINKS) {
    const shape = ['rate', `${MEGABITS}mbit`, 'burst', '64kb', 'latency', '50ms']
    await run(...inNamespace(provider, 'tc', ['qdisc', 'add', 'dev', 'customer', 'root', 'tbf', ...shape]))
  }
}

/** Pulls the cable at the provider's end, or plugs it in again. */
export function setCable({ provider }, state) {
  return ip([`link set customer ${state}`], provider)
}

/** By tee, as sysctl is a package that small systems lack. */
function setSysctl(namespace, name, value) {
  return run(...inNamespace(namespace, 'tee', [`/proc/sys/net/${name}`]), { input: `${value}\n` })
}
