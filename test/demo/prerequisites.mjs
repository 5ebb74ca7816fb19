// What the machine must have before anything is made. Each refusal is one line that says what to do.
import { spawnSync } from 'node:child_process'
import { accessSync, constants, existsSync, readFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'

/** The command and the Debian package that brings it. */
const NEEDED = [
  ['ip', 'iproute2'],
  ['tc', 'iproute2'],
  ['unshare', 'util-linux'],
  ['nsenter', 'util-linux'],
]

/** What more is shown where these are there too. */
const WISHED = [
  ['ifup', 'ifupdown', 'the real ifup'],
  ['ping', 'iputils-ping', 'pings'],
  ['iperf3', 'iperf3', 'downloads over both uplinks'],
  ['mptcpize', 'mptcpize', 'downloads over both uplinks'],
]

/** What `--quick` does without. */
export const TRANSFERS = ['iperf3', 'mptcpize']

const NAMESPACES = ['--net', '--mount', '--pid', '--fork', '--kill-child']

/** What stands in the way of user namespaces, and the command that takes it away. */
const BARRIERS = [
  ['user/max_user_namespaces', '0', 'sudo sysctl user.max_user_namespaces=10000'],
  ['kernel/unprivileged_userns_clone', '0', 'sudo sysctl kernel.unprivileged_userns_clone=1'],
  [
    'kernel/apparmor_restrict_unprivileged_userns',
    '1',
    'sudo sysctl kernel.apparmor_restrict_unprivileged_userns=0',
  ],
]

/** Whether PATH leads to an executable file of that name. */
export function hasCommand(name, path = process.env.PATH) {
  return path.split(delimiter).some((directory) => {
    try {
      accessSync(join(directory, name), constants.X_OK)
      return true
    } catch {
      return false
    }
  })
}

function listMissing(quick) {
  return WISHED.filter(([command]) => !(hasCommand(command) || (quick && TRANSFERS.includes(command))))
}

function installing(entries) {
  return `sudo apt-get install ${[...new Set(entries.map(([, distributed]) => distributed))].join(' ')}`
}

/** What is not shown for want of packages, and the command that brings them; undefined where all is there. */
export function findLeftOut(quick) {
  const missing = listMissing(quick)
  const parts = [...new Set(missing.map(([, , part]) => part))]
  return parts.length === 0 ? undefined : { parts, cure: installing(missing) }
}

/**
 * Throws for the first thing that is missing; for commands, with all packages that the demo would use and are not there.
 *
 * @param more needed commands and their packages
 */
export function refuseWithout(quick, more) {
  if (process.platform !== 'linux') {
    throw new Error(`needs Linux, and this is ${process.platform}: run it on a Linux machine`)
  }
  const [major, minor] = process.versions.node.split('.').map(Number)
  if (major < 18 || (major === 18 && minor < 19)) {
    throw new Error(`Node ${process.versions.node} is too old: install 18.19 or later`)
  }
  const missing = [...NEEDED, ...more].filter(([command]) => !hasCommand(command))
  if (missing.length > 0) {
    const commands = missing.map(([command]) => command).join(', ')
    throw new Error(`there is no ${commands}: ${installing([...missing, ...listMissing(quick)])}`)
  }
  if (!existsSync('/proc/sys/net/mptcp/enabled')) {
    throw new Error(
      'this kernel has no Multipath TCP (no /proc/sys/net/mptcp): boot one with CONFIG_MPTCP, as Debian 12 has',
    )
  }
}

/**
 * The options of unshare that make us root of our own namespaces. They are tried with what the demo does first,
 * as some systems grant a user namespace and then no right in it.
 */
export function chooseNamespaces() {
  const asRoot = process.getuid() === 0 ? [NAMESPACES] : []
  const choices = [...asRoot, ['--user', '--map-root-user', ...NAMESPACES]]
  let reason
  for (const namespaces of choices) {
    const probe = 'mount -t tmpfs tmpfs /run && ip link set lo up'
    const { status, stderr } = spawnSync('unshare', [...namespaces, 'sh', '-c', probe], { encoding: 'utf8' })
    if (status === 0) {
      return namespaces
    }
    reason ??= stderr.trim().split('\n')[0]
  }
  throw new Error(`this system forbids namespaces (${reason}): ${findWayOut()}`)
}

function findWayOut() {
  const barrier = BARRIERS.find(([name, value]) => readSysctl(name) === value)
  if (barrier) {
    return barrier[2]
  }
  return process.getuid() === 0
    ? 'start it outside the container, or start the container with --privileged'
    : 'run it as root: sudo npm run demo'
}

function readSysctl(name) {
  const path = `/proc/sys/${name}`
  return existsSync(path) ? readFileSync(path, 'utf8').trim() : undefined
}
