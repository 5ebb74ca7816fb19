/** The lines that may reach `ip`, told once more and apart from src: a slip there is a difference here. */
import { expect } from 'vitest'
import { parseIp } from '../../src/words/address.ts'

/** The values in the groups are checked on their own. */
const ADDRESS = '(?<address>[0-9a-f.:]+)'
const DEVICE = '(?<device>[^\\s/:]+)'
const NUMBER = '(0|[1-9][0-9]{0,9})'
const TABLE = `(main|${NUMBER})`
export const WRITES = [
  `rule (add|delete) from ${ADDRESS} lookup (main suppress_prefixlength [47] suppress_ifgroup 77|${NUMBER}) priority ${NUMBER} protocol 77`,
  `rule (add|delete) from ${ADDRESS} unreachable priority ${NUMBER} protocol 77`,
  `rule (add|delete) from all lookup (main suppress_prefixlength [47] priority 32764|${NUMBER} priority 32765) protocol 77`,
  `rule (add|delete) from all fwmark 0x[0-9a-f]{1,8}/0x[0-9a-f]{1,8} lookup (main suppress_prefixlength [47]|${NUMBER}) priority ${NUMBER} protocol 77`,
  `route (add|append|delete) (default|(?<destination>[0-9a-f.:]+)(/(?<length>[0-9]{1,3}))?)( via (?<gateway>[0-9a-f.:]+))? dev ${DEVICE}( onlink)?( scope link)?( metric ${NUMBER})? table ${TABLE} protocol 77`,
  `mptcp endpoint add ${ADDRESS} id (24[89]|25[0-5]) dev ${DEVICE}( (subflow|signal|backup|fullmesh)){1,4}`,
  `mptcp endpoint delete id (24[89]|25[0-5])`,
  `link set dev ${DEVICE} group (0|77)`,
  `mptcp limits set subflows [0-8] add_addr_accepted [0-8]`,
].map((pattern) => new RegExp(`^${pattern}$`))
export const READS = [
  'rule show',
  'addr show',
  'route show table all',
  'link show',
  'link show dev lo',
  'mptcp endpoint show',
  'mptcp limits show',
].map((pattern) => new RegExp(`^${pattern}$`))

export function expectKnownLine(line: string, grammar: readonly RegExp[], device: string): void {
  const match = grammar.map((pattern) => pattern.exec(line)).find((found) => found !== null)
  expect(match, `not a line of the grammar: ${JSON.stringify(line)}`).toBeTruthy()
  const { address, destination, gateway, device: named = device, length = '0' } = match?.groups ?? {}
  for (const text of [address, destination, gateway].filter((given) => given !== undefined)) {
    expect(parseIp(text)?.text, line).toBe(text)
  }
  expect(named).toBe(device)
  expect(Number(length)).toBeLessThanOrEqual((destination ?? ':').includes(':') ? 128 : 32)
}
