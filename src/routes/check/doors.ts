/** Points about doors, by which managers tell the hooks what changes between ifup and ifdown; the watcher needs none. */
import { dirname } from 'node:path'
import type { Edge } from '../../words/edge.ts'
import { commandLine, listed } from '../words.ts'
import { about, type Finding, fail, ok, warn } from './finding.ts'
import type { Installation } from './installation.ts'
import { START_WATCHER } from './installed.ts'
import type { KeeperName, Keepers } from './keepers.ts'
import type { Machine } from './machine.ts'
import { DOOR, DOORS, type DoorName, UDHCPC_SCRIPT } from './places.ts'

export interface Door {
  readonly name: DoorName
  /** Of the files that make it up, those that are there. */
  readonly present: readonly string[]
  /** Those that are not there, though the directory is. */
  readonly missing: readonly string[]
  /** Those that are started as programs, and cannot be. */
  readonly idle: readonly string[]
}

export interface DoorFacts {
  readonly doors: readonly Door[]
  readonly keepers: Keepers
  /** The devices that are looked after, without those that only another program is to keep. */
  readonly asked: ReadonlySet<string>
  /** What each door calls is there. */
  readonly opens: boolean
  /** What stands in for udhcpc's script is there. */
  readonly hasScript: boolean
  /** ifupdown-ng is told to start no scripts, so that the hooks in if-up.d do not run. */
  readonly muted: boolean
  readonly watched: boolean
  /** How to install again. */
  readonly again: string
}

/** Those that others read into themselves need not be executable. */
const SOURCED: readonly DoorName[] = ['dhclient', 'dhcpcd', 'netifrc']

/** Those that start the hooks themselves. */
const DIRECT: readonly DoorName[] = ['ifupdown-ng', 'netifrc']

type Standing = Pick<DoorFacts, 'doors' | 'opens' | 'hasScript' | 'muted'>

export function readDoors(edge: Edge, machine: Machine, { ifupdown }: Installation): Standing {
  const isFile = (path: string) => machine.status(path)?.isFile === true
  return {
    doors: (Object.keys(DOORS) as DoorName[]).map((name) => readDoor(name, machine)),
    opens: isFile(DOOR),
    hasScript: isFile(UDHCPC_SCRIPT),
    muted:
      ifupdown?.kind === 'ifupdown-ng' &&
      /^\s*allow_addon_scripts\s*=\s*0/m.test(edge.readFile('/etc/network/ifupdown-ng.conf') ?? ''),
  }
}

function readDoor(name: DoorName, { status }: Machine): Door {
  const files = DOORS[name].map((places) => ({
    file: places.find((path) => status(path)?.isFile),
    place: places.find((path) => status(dirname(path))),
  }))
  const present = files.flatMap(({ file }) => file ?? [])
  const isIdle = (file: string) => ((status(file)?.mode ?? 0) & 0o111) === 0
  return {
    ...{ name, present },
    missing: files.flatMap(({ file, place }) => (file === undefined ? (place ?? []) : [])),
    idle: SOURCED.includes(name) ? [] : present.filter(isIdle),
  }
}

export function checkDoors(facts: DoorFacts): Finding[] {
  return [
    ...describeDoors(facts),
    ...facts.doors.flatMap((door) => checkDoor(door, facts)),
    ...checkOpening(facts),
    ...checkMuted(facts),
    ...(Object.keys(facts.keepers) as KeeperName[]).flatMap((name) => checkKeeper(name, facts)),
  ]
}

function isInPlace(name: DoorName, { doors }: DoorFacts): boolean {
  const door = doors.find((one) => one.name === name)
  return door !== undefined && door.present.length > 0 && [...door.missing, ...door.idle].length === 0
}

function describeDoors(facts: DoorFacts): Finding[] {
  const names = facts.doors.map(({ name }) => name).filter((name) => isInPlace(name, facts))
  const what = names.length === 0 ? 'no door is in place' : `doors in place: ${listed(names, names.length)}`
  return [ok(facts.watched ? `${what}; none is needed while the watcher runs` : what)]
}

/** One that somebody has taken out whole is none that is missing. */
function checkDoor({ name, present, missing, idle }: Door, { again }: DoorFacts): Finding[] {
  return [
    ...(present.length > 0 && missing.length > 0
      ? [warn(`the door of ${name} is not whole: ${listed(missing)} is missing`, `${again}; ${pageOf(name)}`)]
      : []),
    ...(idle.length === 0
      ? []
      : [
          warn(
            `the door of ${name} is not executable, so it is skipped: ${listed(idle)}`,
            commandLine('chmod', '755', ...idle),
          ),
        ]),
  ]
}

function checkOpening({ doors, opens, again }: DoorFacts): Finding[] {
  const shut = doors.filter(({ name, present }) => present.length > 0 && !DIRECT.includes(name))
  return opens || shut.length === 0
    ? []
    : [
        fail(
          `${DOOR} is missing, so nothing comes of the doors of ${listed(shut.map(({ name }) => name))}`,
          again,
        ),
      ]
}

function checkMuted(facts: DoorFacts): Finding[] {
  const what = 'ifupdown-ng starts no scripts (allow_addon_scripts), and has no executor for the hooks'
  return facts.muted && !isInPlace('ifupdown-ng', facts)
    ? [warn(what, `${facts.again}; ${pageOf('ifupdown-ng')}`)]
    : []
}

/** Who keeps a device that is looked after, and tells nobody what becomes of it. */
function checkKeeper(name: KeeperName, facts: DoorFacts): Finding[] {
  if (facts.watched || isInPlace(name, facts)) {
    return []
  }
  const kept = [...new Set(facts.keepers[name])].filter((device) => facts.asked.has(device))
  const what = `${name} keeps it, and has no door: what it changes is not followed`
  const cure = `${cureOf(name, facts)}, or ${START_WATCHER}; ${pageOf(name)}`
  return kept.flatMap((device) => about(device, [warn(what, cure)]))
}

/** Where udhcpc reads no directories there is a script for it. */
function cureOf(name: KeeperName, { hasScript, again }: DoorFacts): string {
  return name === 'udhcpc' && hasScript ? `udhcpc -s ${UDHCPC_SCRIPT}` : again
}

function pageOf(name: DoorName): string {
  return `see docs/managers/${name.toLowerCase()}.md`
}
