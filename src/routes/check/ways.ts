/** Does the kernel send what comes from an uplink's address the uplink's way, and if not, who is before us? */
import type { Uplink } from '../../plan/uplink.ts'
import type { WholeStep } from '../../whole.ts'
import type { ForeignRule } from '../../words/state.ts'
import type { Probe, Probes } from '../probes.ts'
import { findRival, misledProbes, tableText, wayText } from '../ways.ts'
import { commandLine } from '../words.ts'
import { type Finding, fail } from './finding.ts'

interface Facts {
  readonly step: WholeStep
  readonly probes: Probes
}

/** @param unfinished something of the device is missing: then that is the reason */
export function checkWay(uplink: Uplink, unfinished: boolean, { step, probes }: Facts): Finding[] {
  return misledProbes(uplink, probes).map((probe) => describe(probe, uplink, unfinished, step))
}

function describe(probe: Probe, uplink: Uplink, unfinished: boolean, step: WholeStep): Finding {
  const { address, destination, route, error } = probe
  const question = `ip route get ${destination} from ${address} ipproto 6`
  const wanted = wayText(uplink.out?.hops ?? [])
  const taken = route === undefined ? `"${error}"` : `${wayText(route.hops)} (${tableText(route.table)})`
  const what = `${address} should go ${wanted}: "${question}" says ${taken}`
  const rival = findRival(probe, uplink, step)
  if (rival === undefined) {
    return fail(
      what,
      unfinished ? commandLine('mptcp-routes', 'apply', uplink.device) : `see: ip rule; ${question}`,
    )
  }
  const why = `the rule of another program at ${rival.priority} goes before ours: ${rival.text}`
  return fail(`${what}, as ${why}`, goBefore(rival, uplink))
}

/** The companion takes the number below ours, the barrier the one above. */
function goBefore(rival: ForeignRule, { device, stanza }: Uplink): string {
  const place = rival.priority - 2
  if (place < 2) {
    return deletion(rival)
  }
  return stanza?.door === 'configuration'
    ? `mptcp-priority = ${place} in the section of ${device}, then ${commandLine('mptcp-routes', 'apply', device)}`
    : `IFACE=${commandLine(device)} IF_MPTCP_PRIORITY=${place} /etc/network/if-up.d/mptcp_up, and mptcp-priority ${place} in its stanza`
}

/** By all that the rule selects, as others may have its number. Without the one at 0 the host does not hear itself. */
function deletion({ priority, family, text }: ForeignRule): string {
  const ip = family === 'inet6' ? ['ip', '-6'] : ['ip']
  const isSayable = !text.includes('[')
  return priority > 0 && isSayable
    ? commandLine(...ip, 'rule', 'del', ...text.split(' '), 'priority', priority)
    : `see: ${commandLine(...ip, 'rule')}`
}
