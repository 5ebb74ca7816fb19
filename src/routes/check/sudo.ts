/** Cures as somebody types them who is not root: what only root may do, and what only root's PATH finds, by sudo. */

/** Where a command begins within a cure, which may be several commands, and words between them. */
const BEGIN = String.raw`(?<=^|&& |\| |: |; |else |, then |, and |, or |, or run: )`

/** sudo takes assignments before the command, and drops what stands before itself. */
const ASSIGNMENTS = String.raw`(?:[A-Z][A-Z_]*=\S+ )*`

/** Those of which the cures know only what changes something. */
const PROGRAMS =
  'apt|apt-get|chmod|chown|editor|ifdown|ifup|ln|mkdir|mount|mptcp-routes|node|rm|systemctl|tee|udhcpc'

/** Those that tell something as well, and that to everybody. */
const CHANGING = [
  'sysctl -w',
  'nmcli (?:device set|connection modify)',
  '(?:ip|ip -6) (?:link set|rule (?:add|del)|route (?:add|del)|mptcp (?:endpoint|limits) (?:add|delete|set))',
]

/** `./install.sh`, and a hook, which is told what to do by assignments. */
const FILES = String.raw`\S*/install\.sh\b|\S*/mptcp_(?:up|down)`

const COMMAND = new RegExp(
  `${BEGIN}(?=${ASSIGNMENTS}(?:(?:${[PROGRAMS, ...CHANGING].join('|')}) |(?:${FILES})))`,
  'g',
)

export function withSudo(cure: string): string {
  return cure.replace(COMMAND, 'sudo ')
}
