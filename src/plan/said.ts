/** What a plan has to say: to the admin, to one who asks by -v, and about which devices. */
import type { Death } from '../words/death.ts'
import type { Family } from '../words/state.ts'
import { terminalNotice } from './companion.ts'
import { deadDetails } from './dead.ts'
import type { EndpointPlan } from './endpoint.ts'
import type { Host } from './host.ts'
import { endpointNotices, groupNotice, mptcpDetail, type Notice, pathManagerNotice } from './notices.ts'
import { settingNotices } from './setting.ts'
import type { Uplink } from './uplink.ts'

export interface Said {
  /** What the admin should hear, though the run goes on. */
  readonly notices: readonly string[]
  /** What only -v tells. */
  readonly details: readonly string[]
  /** The devices that a notice or a detail is about, by its text; without an entry it is about the host. */
  readonly subjects: ReadonlyMap<string, readonly string[]>
}

export interface Sources {
  readonly host: Host
  readonly families: readonly Family[]
  readonly uplinks: readonly Uplink[]
  readonly dead: ReadonlyMap<Uplink, Death>
  readonly devices: readonly (Pick<Said, 'notices' | 'details'> & { readonly device: string })[]
  readonly endpoints: EndpointPlan
  readonly detours: readonly string[]
  readonly forward: readonly Notice[]
}

export function sayAll(sources: Sources): Said {
  const notices = noticesOf(sources)
  const details = detailsOf(sources)
  return {
    notices: notices.map(({ text }) => text),
    details: details.map(({ text }) => text),
    subjects: subjectsOf([...notices, ...details]),
  }
}

function noticesOf(sources: Sources): Notice[] {
  const { host, families, uplinks, devices, endpoints, detours, forward } = sources
  const leading = [...new Set(uplinks.filter(({ out }) => out !== undefined).map(({ device }) => device))]
  return [
    ...devices.flatMap(({ device, notices }) => about(device, notices)),
    ...about(undefined, uplinks.length > 0 ? terminalNotice(host, families) : []),
    ...about(undefined, detours),
    ...leading.flatMap((device) => about(device, groupNotice(host, device))),
    ...settingNotices(host, uplinks),
    ...about(undefined, endpointNotices(endpoints)),
    ...forward,
    ...about(undefined, leading.length > 0 ? pathManagerNotice(host.snapshot) : []),
  ]
}

function detailsOf({ host, uplinks, devices, dead }: Sources): Notice[] {
  return [
    ...devices.flatMap(({ device, details }) => about(device, details)),
    ...deadDetails(dead),
    ...about(undefined, uplinks.length > 0 ? mptcpDetail(host.snapshot) : []),
  ]
}

function about(device: string | undefined, texts: readonly string[]): Notice[] {
  return texts.map((text) => ({ device, text }))
}

function subjectsOf(said: readonly Notice[]): Map<string, string[]> {
  const subjects = new Map<string, string[]>()
  for (const { device, text } of said) {
    const devices = subjects.get(text) ?? []
    if (device !== undefined && !devices.includes(device)) {
      subjects.set(text, [...devices, device])
    }
  }
  return subjects
}
