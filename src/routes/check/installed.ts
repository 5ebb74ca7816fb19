/** Points about the hooks: installed, whole, of this version, found by a boot, followed by a watcher. */

import { commandLine, listed } from '../words.ts'
import type { Cache } from './cache.ts'
import { type Finding, fail, ok, warn } from './finding.ts'
import { isNewEnough } from './host.ts'
import type { Hook, Installation } from './installation.ts'

export interface InstalledFacts {
  readonly installation: Installation
  /** Of this program. */
  readonly version: string
  /** `mptcp-routes watch` runs in this network. */
  readonly watched: boolean
  /** The configuration names devices. */
  readonly configured: boolean
}

export const START_WATCHER = 'systemctl enable --now mptcp-routes'

/** How to install, or to install again. */
export function install({ installer }: Installation): string {
  return installer === undefined
    ? 'apt install --reinstall ./ifupdown-mptcp_*.deb, or ./install.sh in its source'
    : commandLine(installer)
}

export function checkInstalled(facts: InstalledFacts): Finding[] {
  const { installation } = facts
  return [
    ...checkIfupdown(facts),
    ...checkHooks(facts),
    ...checkSelfTest(installation),
    ...checkNode(installation),
    ...checkPrograms(installation),
    ...checkCaches(installation),
    ...checkWatcher(facts),
  ]
}

function checkIfupdown({ installation: { ifupdown }, configured }: InstalledFacts): Finding[] {
  if (ifupdown === undefined) {
    const what = 'there is no ifup'
    return configured
      ? [ok(`${what}: the configuration names the uplinks`)]
      : [fail(`${what}, so nothing would run the hooks`, 'apt-get install ifupdown')]
  }
  const { kind, file, directory } = ifupdown
  return directory
    ? [ok(`${kind} (${file})`)]
    : [fail(`${kind} is here, but /etc/network is not`, `apt-get install --reinstall ${kind}`)]
}

/** What runs at all is needed to go up and to come down; the third place only tells peers in time. */
function checkHooks({ installation, version, configured }: InstalledFacts): Finding[] {
  const { hooks, tree } = installation
  if (hooks.every(({ exists }) => !exists)) {
    const damaged = tree.filter((hook) => hook.version === undefined)
    return [
      ...damaged.map(({ file }) => fail(`${file} is damaged: it does not tell its version`, 'npm run build')),
      configured
        ? ok('the hooks are not installed: the configuration names the uplinks')
        : warn('the hooks are not installed yet, so ifup makes nothing', install(installation)),
    ]
  }
  const findings = hooks.flatMap((hook) => checkHook(hook, version, install(installation)))
  const files = hooks.map(({ file }) => file)
  return findings.length > 0 ? findings : [ok(`hooks ${version}: ${listed(files)}`)]
}

function checkHook(hook: Hook, ours: string, again: string): Finding[] {
  const { file, exists, executable, listed: isListed, version } = hook
  if (!exists) {
    return file.includes('/if-down.d/')
      ? [warn(`${file} is missing: peers learn late that an uplink goes down`, again)]
      : [fail(`${file} is missing`, again)]
  }
  if (version === undefined) {
    return [fail(`${file} is damaged: it does not tell its version`, again)]
  }
  if (!executable) {
    return [fail(`${file} is not executable, so ifupdown skips it`, commandLine('chmod', '755', file))]
  }
  if (isListed === false) {
    return [
      fail(`${file} is not started by run-parts`, `see: run-parts --test ${file.replace(/\/[^/]*$/, '')}`),
    ]
  }
  return version === ours ? [] : [warn(`${file} is of version ${version}, this program of ${ours}`, again)]
}

function checkSelfTest(installation: Installation): Finding[] {
  const { selfTest } = installation
  if (selfTest === undefined) {
    return []
  }
  const { file, fault } = selfTest
  return fault === undefined
    ? [ok(`${file} works here (a dry run for a device that is not there)`)]
    : [fail(`${file} does not work here: ${fault}`, install(installation))]
}

function checkNode({ node: { least, boot, here, isRoots, version } }: Installation): Finding[] {
  if (boot === undefined) {
    return here === undefined
      ? [fail('Node is not installed', 'apt-get install nodejs')]
      : [
          fail(
            `Node is at ${here}, where no hook finds it at boot`,
            isRoots ? commandLine('ln', '-s', here, '/usr/local/bin/node') : 'apt-get install nodejs',
          ),
        ]
  }
  if (version === undefined || !isNewEnough(version.replace(/^v/, ''), [18, 19])) {
    const which =
      version === undefined ? `Node at ${boot} does not run` : `Node ${version} at ${boot} is too old`
    return [fail(`${which}: 18.19 or later is needed`, 'apt-get install nodejs')]
  }
  if (least === undefined) {
    const who = 'where ifupdown finds it at boot, and DHCP clients and init scripts do not'
    return [warn(`Node ${version} is at ${boot}, ${who}`, 'apt-get install nodejs')]
  }
  return [ok(`Node ${version} at ${boot}, found at boot`)]
}

function checkPrograms({ flock, ss }: Installation): Finding[] {
  const users = 'status and top do not tell what uses the uplinks'
  return [
    flock
      ? ok('flock: one run at a time')
      : warn('there is no flock, so two runs at once may interfere', 'apt-get install util-linux'),
    ...(ss ? [] : [warn(`there is no ss, so ${users}`, 'apt-get install iproute2')]),
  ]
}

/** Only speed: a hook runs without as well. */
function checkCaches({ caches, hooks }: Installation): Finding[] {
  if (!hooks.some(({ exists }) => exists)) {
    return []
  }
  const why: Readonly<Record<Exclude<Cache['state'], 'fresh' | 'absent'>, string>> = {
    stale: 'is of another version, so that it does not count and runs are slower',
    rejected: 'is of another Node, so that it does not count and runs are slower',
    unsafe: 'is not of root alone, so that it does not count and runs are slower',
  }
  const bad = caches.flatMap(({ program, state, cure }) =>
    state === 'fresh' || state === 'absent' ? [] : [warn(`the code cache of ${program} ${why[state]}`, cure)],
  )
  const isThere = caches.some(({ state }) => state === 'fresh')
  return bad.length > 0
    ? bad
    : [ok(isThere ? 'code cache: runs start fast' : 'no code cache: runs start without')]
}

function checkWatcher({ installation: { hooks }, watched, configured }: InstalledFacts): Finding[] {
  if (watched) {
    return [ok('the watcher runs')]
  }
  if (!configured && hooks.every(({ exists }) => !exists)) {
    return []
  }
  const cure = `${START_WATCHER}, or run: mptcp-routes watch`
  return configured
    ? [warn('the watcher does not run, so nothing acts on the configuration by itself', cure)]
    : [ok('the watcher does not run: hooks alone do the work')]
}
