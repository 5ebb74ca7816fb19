// What the demo claims is asked of the kernel first: each question throws where the answer is not what it says.
import { askIp, CONTAINER, run, SERVER, UPLINKS } from './lab.mjs'
import { ROUTES } from './prepare.mjs'

/** What ifup or ifdown says about itself. */
export function expectSuccess({ failure }) {
  if (failure !== undefined) {
    throw new Error(failure)
  }
}

/** The number of the table that the rules send a source address to. */
export async function findTable({ device, address }) {
  const rules = await askIp(['rule', 'show'])
  const rule = rules.find(({ src, table }) => src === address && table !== 'main')
  if (rule === undefined) {
    throw new Error(`${device}: no rule sends ${address} to a table: mptcp_up has failed`)
  }
  return rule.table
}

/** The way that the kernel chooses for each uplink's address, which must be that uplink's. */
export async function findWays() {
  const ways = []
  for (const uplink of UPLINKS) {
    const { address, device, gateway } = uplink
    const [way] = await askIp(['route', 'get', SERVER, 'from', address])
    if (way.dev !== device || way.gateway !== gateway) {
      throw new Error(`packets from ${address} leave by ${way.dev}, not by ${device}: mptcp_up has failed`)
    }
    ways.push({ address, table: await findTable(uplink), device: way.dev, gateway: way.gateway })
  }
  return ways
}

/** Both addresses must be announced to the kernel's path manager. */
export async function expectEndpoints() {
  const endpoints = await askIp(['mptcp', 'endpoint', 'show'])
  for (const { address, device } of UPLINKS) {
    if (!endpoints.some((endpoint) => endpoint.address === address)) {
      throw new Error(`${device}: there is no endpoint for ${address}: mptcp_up has failed`)
    }
  }
}

/** mptcp-routes must find nothing missing. */
export async function expectUp() {
  const { uplinks } = JSON.parse((await run(ROUTES, ['status', '--json'])).stdout)
  for (const { device } of UPLINKS) {
    const uplink = uplinks.find((one) => one.device === device)
    if (uplink?.state !== 'up') {
      throw new Error(
        `${device}: mptcp-routes says ${uplink?.state ?? 'nothing'}: ${uplink?.problems.join(', ')}`,
      )
    }
  }
}

/** The container must be reached by the bridge, whichever address asks. */
export async function expectContainerWays() {
  for (const { address } of UPLINKS) {
    const [way] = await askIp(['route', 'get', CONTAINER.address, 'from', address])
    if (way.dev !== CONTAINER.bridge) {
      throw new Error(
        `packets from ${address} to the container leave by ${way.dev}, not by ${CONTAINER.bridge}`,
      )
    }
  }
}

/**
 * One ping.
 *
 * @returns its line about the answer
 */
export async function ping(from, to) {
  const { stdout, failed } = await run('ping', ['-n', '-c', '1', '-W', '2', '-I', from, to], {
    reject: false,
  })
  const answer = stdout.split('\n').find((line) => line.includes('bytes from'))
  if (failed || answer === undefined) {
    throw new Error(`${to} does not answer ${from}`)
  }
  return answer
}

/** The questions that find whatever the hooks have made. */
export const TRACES = [
  ['rule', 'show'],
  ['route', 'show', 'table', 'all', 'proto', '77'],
  ['mptcp', 'endpoint', 'show'],
  ['link', 'show', 'group', '77'],
]

/** Nothing of ours may be left, in either family. */
export async function expectNothingOfOurs() {
  const questions = [...TRACES.slice(1), ['-6', 'route', 'show', 'table', 'all', 'proto', '77']]
  for (const question of questions) {
    const { stdout } = await run('ip', question)
    if (stdout.trim() !== '') {
      throw new Error(
        `ifdown has left something behind (ip ${question.join(' ')}): ${stdout.trim().split('\n')[0]}`,
      )
    }
  }
  for (const family of ['-4', '-6']) {
    const left = (await askIp([family, 'rule', 'show'])).find(({ protocol }) => protocol === '77')
    if (left !== undefined) {
      throw new Error(`ifdown has left a rule behind: from ${left.src} lookup ${left.table}`)
    }
  }
}
