/** Whose routes do not count while the cable is out: the uplinks', so that new connections leave by another one at once. */
import type { Rule, Setting } from '../words/state.ts'
import { bereftDevices } from './bereft.ts'
import type { Host } from './host.ts'
import type { Scope } from './owned.ts'
import type { Uplink } from './uplink.ts'

/**
 * 1 for each device and family that leads out, and 0 again for the others of the run, and for orphans, where a run of ours
 * has set it. What has not been read is left alone.
 */
export function settingsOf(
  host: Host,
  { devices, families, orphans }: Scope,
  uplinks: readonly Uplink[],
  sources: readonly Rule[],
): Setting[] {
  const leading = leadingKeys(uplinks)
  const acting = new Set([...devices, ...bereftDevices(host, uplinks, sources).keys()])
  const standing = host.snapshot.settings.flatMap(({ fixed, ...setting }): Setting[] => {
    const { device, family, value, ours } = setting
    const isActing = acting.has(device) && families.includes(family)
    if (!isActing && !(orphans && isOrphan(host, setting))) {
      return []
    }
    if (leading.has(keyOf(setting))) {
      return fixed !== undefined ? [] : [{ ...setting, ours: ours || value === 0, value: 1 }]
    }
    return ours ? [{ ...setting, value: 0, ours: false }] : []
  })
  return [...standing, ...settingsAhead(host, uplinks)]
}

/** The device has lost what its uplinks in the family started from. */
function isOrphan(host: Host, { device, family }: Setting): boolean {
  const isRead = host.snapshot.families.includes(family)
  return isRead && host.addressesOf(device).every((address) => address.family !== family || !address.global)
}

/** A plan ahead is for a device that is not there yet, and then has the kernel's default. */
function settingsAhead(host: Host, uplinks: readonly Uplink[]): Setting[] {
  const ahead = new Map(
    uplinks.flatMap((uplink) => {
      const { device, family, out } = uplink
      const isAhead = out !== undefined && host.link(device) === undefined
      return isAhead
        ? [[keyOf(uplink), { family, device, value: 1, ours: true, link: undefined }] as const]
        : []
    }),
  )
  return [...ahead.values()]
}

function leadingKeys(uplinks: readonly Uplink[]): ReadonlySet<string> {
  return new Set(uplinks.flatMap((uplink) => (uplink.out === undefined ? [] : keyOf(uplink))))
}

function keyOf({ device, family }: Pick<Setting, 'device' | 'family'>): string {
  return `${family} ${device}`
}

/** One a device, whichever of its families it is about. */
export function settingNotices({ snapshot }: Host, uplinks: readonly Uplink[]) {
  const leading = leadingKeys(uplinks)
  const stuck = snapshot.settings.filter(
    (setting) => setting.fixed !== undefined && leading.has(keyOf(setting)),
  )
  const so = 'while its cable is out, new connections fail instead of leaving by another uplink'
  return [...new Map(stuck.map(({ device, fixed }) => [device, fixed] as const))].map(([device, fixed]) => {
    const cure = fixed === '/run' ? 'set it to 1 yourself' : 'set it to 1 from outside of the container'
    const what = `sysctl ignore_routes_with_linkdown cannot be set, as ${fixed} is read-only here`
    return { device, text: `${what}: ${so} (${cure})` }
  })
}
