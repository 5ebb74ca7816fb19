/** Everything that the points are judged by, read once. */
import { dirname } from 'node:path'
import { settingPath } from '../../kernel/settings.ts'
import { isMarked } from '../../plan/owned.ts'
import { planWhole, type WholeStep } from '../../whole.ts'
import { Refusal } from '../../words/refusal.ts'
import type { Family, Snapshot } from '../../words/state.ts'
import type { Context } from '../context.ts'
import { COUNTERS_FILE, parseCounters } from '../counters.ts'
import { type Probes, probeUplinks } from '../probes.ts'
import type { AddressFacts } from './addresses.ts'
import { ifupdownDevices, readManagers, sparesForeignRules } from './daemons.ts'
import { type DoorFacts, readDoors } from './doors.ts'
import { type ForwardFacts, readPassage } from './forward.ts'
import type { HostFacts } from './host.ts'
import type { WayFacts } from './in-the-way.ts'
import { readInstallation } from './installation.ts'
import { type InstalledFacts, install } from './installed.ts'
import { readKeepers } from './keepers.ts'
import type { Machine, Process } from './machine.ts'
import type { DefaultFacts } from './main-default.ts'
import type { ManagerFacts } from './managers.ts'
import type { MptcpFacts } from './mptcp.ts'
import type { UplinkFacts } from './uplinks.ts'

export interface Facts {
  readonly host: HostFacts
  readonly installed: InstalledFacts
  readonly managers: ManagerFacts
  readonly doors: DoorFacts
  /** What needs the kernel's answers; undefined where it gave none. */
  readonly kernel:
    | (MptcpFacts & UplinkFacts & AddressFacts & ForwardFacts & DefaultFacts & WayFacts)
    | undefined
}

export function readFacts(context: Context, machine: Machine): Facts {
  const { edge, env, sections, version } = context
  const processes = machine.processes()
  const watched = processes.some(isWatcher)
  const look = lookAtHost(context)
  const snapshot = look.step?.snapshot
  const program = process.argv[1] ?? ''
  const configured = sections.length > 0
  const installation = readInstallation({ edge, machine, env, snapshot, directory: dirname(program) })
  const managers = readManagerFacts(look.step, context, machine, processes)
  return {
    host: {
      kernel: edge.readFile('/proc/sys/kernel/osrelease')?.trim(),
      iproute2: orNothing(() => {
        const { stdout, stderr } = edge.ip(['-V'], '')
        return `${stdout}${stderr}`
      }),
      families: snapshot?.families ?? [],
      refusal: look.refusal,
      root: process.geteuid?.() === 0,
    },
    installed: { installation, version, watched, configured },
    managers,
    doors: {
      ...readDoors(edge, machine, installation),
      keepers: readKeepers(processes, snapshot?.links ?? [], managers),
      asked: askedDevices(look.step),
      ...{ watched, again: install(installation) },
    },
    kernel: look.step &&
      look.probes && {
        ...kernelFacts(look.step, look.probes, watched, context),
        ifupdown: () => ifupdownDevices(machine),
      },
  }
}

interface Look {
  readonly step?: WholeStep
  readonly probes?: Probes
  readonly refusal: string | undefined
}

function lookAtHost({ edge, env, sections, mask }: Context): Look {
  try {
    const step = planWhole({ edge, env, sections, mask, devices: [], flush: false })
    return { step, probes: probeUplinks(edge, step.snapshot, step.plan.uplinks), refusal: undefined }
  } catch (error) {
    if (!(error instanceof Refusal)) {
      throw error
    }
    return { refusal: error.message }
  }
}

function orNothing<T>(get: () => T): T | undefined {
  try {
    return get()
  } catch (error) {
    if (!(error instanceof Refusal)) {
      throw error
    }
    return undefined
  }
}

/** Those that are to be uplinks now. */
function askedDevices(step: WholeStep | undefined): Set<string> {
  const asked = step?.served.stanzas.filter(({ options, leaving }) => !options.off && !leaving) ?? []
  return new Set(asked.map(({ device }) => device))
}

/** `node … mptcp-routes [OPTION...] watch`, however it was started. */
function isWatcher({ words }: Process): boolean {
  const program = words.findIndex((word) => /(^|\/)mptcp-routes$/.test(word))
  return program !== -1 && words.slice(program + 1).includes('watch')
}

function kernelFacts(step: WholeStep, probes: Probes, watched: boolean, { edge, now }: Context) {
  const { snapshot, plan } = step
  const devices = [...new Set(plan.uplinks.map(({ device }) => device))]
  const isSet = (family: Family, device: string) => readSwitch(edge, settingPath({ family, device })) === 1
  const filter = (device: string) => readSwitch(edge, `/proc/sys/net/ipv4/conf/${device}/rp_filter`)
  return {
    ...{ step, probes, snapshot, watched, now: now() },
    known: edge.readFile('/proc/sys/net/mptcp/enabled') !== undefined,
    named: edge.readFile('/proc/sys/net/mptcp/path_manager') !== undefined,
    counters: parseCounters(edge.readFile(COUNTERS_FILE) ?? ''),
    passage: readPassage(edge, devices),
    filters: new Map([...devices, 'all'].map((device) => [device, filter(device)])),
    ignoring: new Set(
      snapshot.families.flatMap((family) =>
        devices.filter((device) => isSet(family, device)).map((device) => `${family} ${device}`),
      ),
    ),
  }
}

function readSwitch({ readFile }: Context['edge'], path: string): number {
  return Number(readFile(path)?.trim() ?? 0)
}

function readManagerFacts(
  step: WholeStep | undefined,
  { edge }: Context,
  machine: Machine,
  processes: readonly Process[],
): ManagerFacts {
  const links: Snapshot['links'] = step?.snapshot.links ?? []
  const managers = readManagers({ edge, machine, processes, links })
  const recorded = step?.served.stanzas.filter(({ door }) => door === 'ifupdown') ?? []
  return {
    managers,
    // Asking takes ifupdown2 a second each: only where there is somebody to quarrel with.
    ifupdown: new Set([
      ...(managers.length > 0 ? ifupdownDevices(machine) : []),
      ...recorded.map(({ device }) => device),
    ]),
    uplinks: new Set(step?.plan.uplinks.map(({ device }) => device)),
    sparesRules: sparesForeignRules(edge),
    watched: processes.some(isWatcher),
    strangers: step?.snapshot.endpoints.filter((endpoint) => !isMarked(endpoint)) ?? [],
  }
}
