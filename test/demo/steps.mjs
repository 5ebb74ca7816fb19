// What is shown, in order. Whatever is claimed is checked by facts.mjs.
import {
  expectContainerWays,
  expectEndpoints,
  expectNothingOfOurs,
  expectSuccess,
  expectUp,
  findTable,
  findWays,
  ping,
  TRACES,
} from './facts.mjs'
import { INTERFACES } from './ifupdown.mjs'
import { CONTAINER, run, SERVER, UPLINKS } from './lab.mjs'
import { ROUTES } from './prepare.mjs'
import { findLeftOut, hasCommand } from './prerequisites.mjs'

export function showPurpose({ write, paint }) {
  write(
    paint(
      'bold',
      'ifupdown-mptcp: every uplink its own routing table, every address a Multipath TCP endpoint',
    ),
  )
  write()
  write('A host with two providers, made of namespaces: nothing on this machine changes.')
  write()
  write('  docker0 172.17.0.1 - container 172.17.0.2')
  write('  eth0 10.1.1.2 - provider 0 10.1.1.1 -.')
  write('                                       |- server 203.0.113.1')
  write("  eth1 10.1.2.2 - provider 1 10.1.2.1 -'")
}

export async function showInterfaces({ painter, network }) {
  await painter.step('What you write: /etc/network/interfaces')
  for (const line of INTERFACES.trimEnd().split('\n')) {
    painter.write(`  ${line.includes('mptcp-') ? painter.paint('yellow', line) : line}`.trimEnd())
  }
  painter.write()
  painter.write('Only the first uplink can have a "gateway": the second says "mptcp-gateway" instead.')
  if (network.notice !== undefined) {
    painter.write(painter.paint('yellow', network.notice))
  }
}

export async function showUp({ painter, network }) {
  await painter.step(network.byHand ? 'What ifup and the hook do' : 'What ifup and the hook do: ifup -v -a')
  showRun(painter, await network.up())
}

function showRun({ write, paint }, { lines, failure }) {
  for (const { who, text } of lines) {
    const indent = who === 'heading' ? '' : '  '
    const style = { heading: 'cyan', hook: 'bold', ifupdown: 'dim' }[who]
    write(indent + paint(style, text))
  }
  expectSuccess({ failure })
}

export async function showListings({ painter }) {
  const tables = []
  for (const uplink of UPLINKS) {
    tables.push(['route', 'show', 'table', await findTable(uplink)])
  }
  await expectEndpoints()
  await painter.step('What the kernel holds now')
  for (const question of [['rule', 'show'], ['route'], ...tables, ['mptcp', 'endpoint', 'show']]) {
    painter.listing(`ip ${question.join(' ')}`, (await run('ip', question)).stdout)
  }
  painter.write()
  painter.write('"proto 77" marks what the hooks made: they change and remove nothing else.')
}

export async function showStatus({ painter }) {
  await expectUp()
  await painter.step('The same at a glance: mptcp-routes')
  // A listing is indented by two.
  const env = { LC_ALL: 'C', COLUMNS: String(painter.columns() - 2) }
  painter.listing('mptcp-routes', (await run(ROUTES, [], { env })).stdout)
}

export async function showWays({ painter }) {
  const ways = await findWays()
  await painter.step('Which source takes which path')
  for (const { address, table, device, gateway } of ways) {
    painter.write(`  ${address} > table ${table} > ${device} > ${gateway} > ${SERVER}`)
  }
  painter.write(`(The kernel says so: ip route get ${SERVER} from ADDRESS)`)
  painter.write()
  await showPings(painter, SERVER)
  painter.write("Each provider drops what bears the other's address: an answer proves the path.")
}

async function showPings(painter, target) {
  if (!hasCommand('ping')) {
    return
  }
  for (const { address } of UPLINKS) {
    painter.listing(`ping -c 1 -I ${address} ${target}`, await ping(address, target))
  }
}

export async function showContainer({ painter }) {
  await expectContainerWays()
  await painter.step(`Containers stay reachable: ${CONTAINER.bridge} ${CONTAINER.own}`)
  await showPings(painter, CONTAINER.address)
  painter.write('The rule at 30999 does it: networks behind the host come before the way to the provider.')
}

export async function showDown({ painter, network }) {
  await painter.step(network.byHand ? 'Both uplinks go down' : 'And away again: ifdown -v -a')
  showRun(painter, await network.down())
  await expectNothingOfOurs()
  await painter.step('Nothing is left')
  for (const question of TRACES) {
    painter.listing(`ip ${question.join(' ')}`, (await run('ip', question)).stdout)
  }
}

/** So that nobody takes a part for the whole. */
export function showLeftOut({ write, paint }, quick) {
  const missing = findLeftOut(quick)
  if (quick || missing !== undefined) {
    write()
  }
  if (quick) {
    write(paint('yellow', 'Left out by --quick: downloads over both uplinks'))
  }
  if (missing !== undefined) {
    write(paint('yellow', `Left out, as it is not installed: ${missing.parts.join(', ')}`))
    write(`  ${missing.cure}`)
  }
}

export function showInstall({ write, paint }) {
  write()
  write(paint('bold', 'Install it for real:'))
  write('  sudo ./install.sh')
  write(
    '  and in /etc/network/interfaces, for each uplink without a "gateway": mptcp-gateway ADDRESS-OF-ITS-ROUTER',
  )
}
