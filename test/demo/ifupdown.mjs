// Brings the uplinks up and down: by the real ifup, or by hand as ifup would.
import { access, copyFile, mkdir, symlink, writeFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { run, SCRATCH, UPLINKS } from './lab.mjs'
import { HOOKS } from './prepare.mjs'
import { hasCommand } from './prerequisites.mjs'

const [MPTCP_UP, MPTCP_DOWN] = HOOKS
/** ifup starts hooks with this one, whatever the caller's is. */
const HOOK_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'

export const INTERFACES = `auto lo
iface lo inet loopback

auto eth0
iface eth0 inet static
    address 10.1.1.2/24
    gateway 10.1.1.1

auto eth1
iface eth1 inet static
    address 10.1.2.2/24
    mptcp-gateway 10.1.2.1
`

/**
 * A line of what ran.
 *
 * @typedef {{ who: 'ifupdown' | 'hook' | 'heading', text: string }} Line
 */

/**
 * Makes /etc/network private and puts the hooks there.
 *
 * @returns `up` and `down`, both from device names (none: all) to lines and what failed, and a notice where something is unusual
 */
export async function prepareIfupdown() {
  if (!(await isDebianIfup())) {
    return {
      notice: 'There is no Debian ifup here, so the hooks run by hand, as ifup would run them.',
      ...byHand,
    }
  }
  const directory = `${SCRATCH}/network`
  for (const phase of ['if-pre-up.d', 'if-up.d', 'if-down.d', 'if-post-down.d']) {
    await mkdir(`${directory}/${phase}`, { recursive: true })
  }
  await copyFile(MPTCP_UP, `${directory}/if-up.d/mptcp_up`)
  await copyFile(MPTCP_DOWN, `${directory}/if-down.d/mptcp_down`)
  await copyFile(MPTCP_DOWN, `${directory}/if-post-down.d/mptcp_down`)
  await writeFile(`${directory}/interfaces`, INTERFACES)
  await mkdir('/run/network')
  await run('mount', ['--bind', directory, '/etc/network'])
  return { notice: await letHooksFindNode(), ...byIfupdown }
}

/** ifupdown-ng and ifupdown2 have an ifup too, and print other words. */
async function isDebianIfup() {
  if (!hasCommand('ifup')) {
    return false
  }
  try {
    await access('/etc/network')
    return (await run('ifup', ['--version'])).stdout.startsWith('ifup version 0.')
  } catch {
    return false
  }
}

/** A Node that a version manager keeps in a home directory is out of ifup's sight: here it gets a link, in a private directory. */
async function letHooksFindNode() {
  if (hasCommand('node', HOOK_PATH)) {
    return undefined
  }
  await run('mount', ['-t', 'tmpfs', 'tmpfs', '/usr/local/sbin'])
  await symlink(process.execPath, '/usr/local/sbin/node')
  return `ifup's hooks do not see ${process.execPath}; outside this demo they need: sudo apt-get install nodejs`
}

const byIfupdown = {
  byHand: false,
  up: (...devices) => runIfupdown('ifup', devices),
  down: (...devices) => runIfupdown('ifdown', devices),
}

async function runIfupdown(command, devices) {
  const args = ['-v', ...(devices.length > 0 ? devices : ['-a'])]
  const { all, failed, exitCode } = await run(command, args, { all: true, reject: false })
  const lines = parseTranscript(all)
  const said = lines.findLast(({ who }) => who !== 'heading')?.text
  return { lines, failure: failed ? `${command} failed (exit status ${exitCode}): ${said}` : undefined }
}

/** What `ifup -v` prints, without run-parts' own words and under whose name it ran. */
function parseTranscript(text) {
  const lines = []
  let hook
  let who = 'ifupdown'
  for (const line of text.split('\n').map((each) => each.trim().replace(/\s+/g, ' '))) {
    if (line.startsWith('run-parts: executing ')) {
      hook = line.replace('run-parts: executing ', '')
      who = 'hook'
    } else if (/^if(up|down): /.test(line)) {
      who = 'ifupdown'
      lines.push({ who: 'heading', text: line })
    } else if (line.startsWith('run-parts ')) {
      who = 'ifupdown'
    } else if (line !== '') {
      if (who === 'hook' && hook !== undefined) {
        lines.push({ who: 'heading', text: hook })
        hook = undefined
      }
      lines.push({ who, text: line })
    }
  }
  return lines
}

const byHand = {
  byHand: true,
  up: (...devices) => runByHand(select(devices), upByHand),
  down: (...devices) => runByHand(select(devices).reverse(), downByHand),
}

function select(devices) {
  return UPLINKS.filter(({ device }) => devices.length === 0 || devices.includes(device))
}

async function runByHand(uplinks, runOne) {
  const lines = []
  for (const uplink of uplinks) {
    lines.push(...(await runOne(uplink)))
  }
  return { lines, failure: undefined }
}

/** Only the first uplink has a `gateway` in the interfaces file: ifup would refuse a second default route. */
function isFirst(uplink) {
  return uplink === UPLINKS[0]
}

async function upByHand(uplink) {
  const { device, address, gateway } = uplink
  const commands = [`address add ${address}/24 dev ${device}`, `link set dev ${device} up`]
  if (isFirst(uplink)) {
    commands.push(`route add default via ${gateway} dev ${device} onlink`)
  }
  return [...(await runEach(commands)), ...(await runHook(MPTCP_UP, uplink, 'start', 'post-up'))]
}

async function downByHand(uplink) {
  const { device, address, gateway } = uplink
  const commands = isFirst(uplink) ? [`route del default via ${gateway} dev ${device}`] : []
  commands.push(`address del ${address}/24 dev ${device}`, `link set dev ${device} down`)
  return [
    ...(await runHook(MPTCP_DOWN, uplink, 'stop', 'pre-down')),
    ...(await runEach(commands)),
    ...(await runHook(MPTCP_DOWN, uplink, 'stop', 'post-down')),
  ]
}

async function runEach(commands) {
  const lines = []
  for (const command of commands) {
    await run('ip', command.split(' '))
    lines.push({ who: 'ifupdown', text: `ip ${command}` })
  }
  return lines
}

/** The hook with the environment that ifup gives it for that stanza. */
async function runHook(hook, uplink, MODE, PHASE) {
  const { device, address, gateway } = uplink
  const env = {
    ...{ IFACE: device, LOGICAL: device, ADDRFAM: 'inet', METHOD: 'static', MODE, PHASE, VERBOSITY: '1' },
    ...{ IF_ADDRESS: address, IF_NETMASK: '255.255.255.0' },
    [isFirst(uplink) ? 'IF_GATEWAY' : 'IF_MPTCP_GATEWAY']: gateway,
  }
  const { all } = await run(hook, [], { env, all: true })
  const heading = `IFACE=${device} ADDRFAM=inet METHOD=static MODE=${MODE} PHASE=${PHASE} ... ${basename(hook)}`
  const texts = all.split('\n').filter((line) => line !== '')
  return [{ who: 'heading', text: heading }, ...texts.map((text) => ({ who: 'hook', text }))]
}
