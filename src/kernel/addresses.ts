/** The text of `ip -N -d -o addr show` → addresses. */
import { parseIp } from '../words/address.ts'
import type { Address } from '../words/state.ts'
import { GLOBAL_SCOPE } from '../words/table.ts'

/** `5: eth1    inet 10.1.2.2 peer 10.1.2.9/32 scope 0 eth1\       valid_lft …`; undefined where the line is no address. */
export function parseAddress(line: string): Address | undefined {
  const [head = ''] = line.split('\\       ', 1)
  const [index = '', device = '', inet, text = '', ...rest] = head.split(' ').filter((word) => word !== '')
  const ip = parseIp(withoutLength(text))
  const scope = Number(rest[rest.indexOf('scope') + 1])
  if (!/^\d+:$/.test(index) || ip === undefined || inet !== ip.family || Number.isNaN(scope)) {
    return undefined
  }
  const peer = rest[0] === 'peer' ? parseIp(withoutLength(rest[1] ?? '')) : undefined
  // The last word of an IPv4 address is its label, which may be any.
  const flags = rest.slice(rest.indexOf('scope') + 2, ip.family === 'inet' ? -1 : undefined)
  const duplicate = flags.includes('dadfailed')
  return {
    family: ip.family,
    device,
    local: ip.text,
    peer: peer?.text,
    global: scope === GLOBAL_SCOPE,
    temporary: flags.includes('temporary'),
    deprecated: flags.includes('deprecated'),
    tentative: flags.includes('tentative') && !duplicate,
    duplicate,
  }
}

function withoutLength(text: string): string {
  return text.split('/', 1)[0] ?? ''
}
