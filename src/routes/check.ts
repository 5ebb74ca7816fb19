/** `mptcp-routes check`: is the host ready, does it work, what is in the way; a line a point, with the cure. */
import { checkAddresses } from './check/addresses.ts'
import { checkDoors } from './check/doors.ts'
import { type Facts, readFacts } from './check/facts.ts'
import { type Finding, fail, type Level } from './check/finding.ts'
import { checkForwarding } from './check/forward.ts'
import { checkHost } from './check/host.ts'
import { checkWhatIsInTheWay } from './check/in-the-way.ts'
import { checkInstalled } from './check/installed.ts'
import { createMachine } from './check/machine.ts'
import { checkMainDefault } from './check/main-default.ts'
import { checkManagers } from './check/managers.ts'
import { checkMptcp } from './check/mptcp.ts'
import { withSudo } from './check/sudo.ts'
import { checkUplinks } from './check/uplinks.ts'
import type { Context } from './context.ts'
import { printable } from './figures.ts'
import { commandLine } from './words.ts'

/** Changes nothing. @returns the exit status: 1 if something fails */
export function runCheck(context: Context): number {
  const facts = readFacts(context, createMachine())
  const findings = [...checkConfiguration(context), ...checkAll(facts)]
  const { root } = facts.host
  context.out(
    findings.map((finding) => formatFinding(root ? finding : curedBySudo(finding), context)).join(''),
  )
  const isReady = findings.every(({ level }) => level !== 'fail')
  context.out(
    isReady ? 'This host is ready.\n' : 'This host is not ready: see the lines that begin with "fail".\n',
  )
  return isReady ? 0 : 1
}

function curedBySudo(finding: Finding): Finding {
  const { cure } = finding
  return cure === undefined ? finding : { ...finding, cure: withSudo(cure) }
}

/** Everything else is judged as if there were none. */
function checkConfiguration({ faults, configurationFile }: Context): Finding[] {
  return faults.map((text) =>
    fail(text, `${commandLine('editor', configurationFile)}; until then no section counts`),
  )
}

function checkAll({ host, installed, managers, doors, kernel }: Facts): Finding[] {
  return [
    ...checkHost(host),
    ...checkInstalled(installed),
    ...(kernel === undefined
      ? []
      : [
          ...checkMptcp(kernel),
          ...checkUplinks(kernel),
          ...checkAddresses(kernel),
          ...checkMainDefault(kernel),
          ...checkForwarding(kernel),
          ...checkWhatIsInTheWay(kernel),
        ]),
    ...checkManagers(managers),
    ...checkDoors(doors),
  ]
}

/** The levels' words are of one width. */
const WIDTH = 'warn  '.length

export function formatFinding(
  { level, what, cure, device }: Finding,
  { colors }: Pick<Context, 'colors'>,
): string {
  const paint: Readonly<Record<Level, (text: string) => string>> = {
    ok: colors.green,
    warn: colors.yellow,
    fail: colors.red,
  }
  const subject = device === undefined ? '' : `${device}: `
  const line = `${paint[level](level)}${' '.repeat(WIDTH - level.length)}${printable(`${subject}${what}`)}\n`
  return cure === undefined ? line : `${line}${' '.repeat(WIDTH)}${printable(cure)}\n`
}
