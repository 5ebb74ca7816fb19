import { describe, expect, it } from 'vitest'
import type { Hook, Installation } from '../../../src/routes/check/installation.ts'
import { checkInstalled, type InstalledFacts } from '../../../src/routes/check/installed.ts'
import { PLACES } from '../../../src/routes/check/places.ts'
import { complain, say } from './points.ts'

const WHOLE: Omit<Hook, 'file'> = { exists: true, executable: true, listed: true, version: '0.1.0' }
const [UP, DOWN, EARLY] = PLACES

const INSTALLATION: Installation = {
  hooks: PLACES.map((file) => ({ file, ...WHOLE })),
  tree: [],
  installer: undefined,
  selfTest: { file: UP, fault: undefined },
  node: {
    ...{ least: '/usr/bin/node', boot: '/usr/bin/node', here: '/usr/bin/node' },
    ...{ isRoots: true, version: 'v18.19.0' },
  },
  caches: [],
  flock: true,
  ss: true,
  ifupdown: { kind: 'ifupdown', file: '/usr/sbin/ifup', directory: true },
}

function factsOf(changes: Partial<Installation> = {}, more: Partial<InstalledFacts> = {}): InstalledFacts {
  const installation = { ...INSTALLATION, ...changes }
  return { installation, version: '0.1.0', watched: false, configured: false, ...more }
}

const complaints = (changes: Partial<Installation>, more: Partial<InstalledFacts> = {}) =>
  complain(checkInstalled(factsOf(changes, more)))

/** The installation with one hook changed. */
function withHook(file: string, change: Partial<Hook>): Partial<Installation> {
  return { hooks: INSTALLATION.hooks.map((hook) => (hook.file === file ? { ...hook, ...change } : hook)) }
}

const AGAIN = 'apt install --reinstall ./ifupdown-mptcp_*.deb, or ./install.sh in its source'

describe('checkInstalled', () => {
  it('finds a whole installation in order', () => {
    expect(say(checkInstalled(factsOf()))).toEqual([
      'ok ifupdown (/usr/sbin/ifup)',
      `ok hooks 0.1.0: ${UP}, ${DOWN} and ${EARLY}`,
      `ok ${UP} works here (a dry run for a device that is not there)`,
      'ok Node v18.19.0 at /usr/bin/node, found at boot',
      'ok flock: one run at a time',
      'ok no code cache: runs start without',
      'ok the watcher does not run: hooks alone do the work',
    ])
  })

  it.each<[string, Partial<Hook>, string]>([
    [UP, { exists: false, version: undefined }, `fail ${UP} is missing | ${AGAIN}`],
    [
      EARLY,
      { exists: false },
      `warn ${EARLY} is missing: peers learn late that an uplink goes down | ${AGAIN}`,
    ],
    [UP, { executable: false }, `fail ${UP} is not executable, so ifupdown skips it | chmod 755 ${UP}`],
    [DOWN, { version: undefined }, `fail ${DOWN} is damaged: it does not tell its version | ${AGAIN}`],
    [DOWN, { version: '0.0.9' }, `warn ${DOWN} is of version 0.0.9, this program of 0.1.0 | ${AGAIN}`],
    [
      DOWN,
      { listed: false },
      `fail ${DOWN} is not started by run-parts | see: run-parts --test /etc/network/if-post-down.d`,
    ],
  ])('%s %j', (file, change, complaint) => {
    expect(complaints(withHook(file, change))).toEqual([complaint])
  })

  it('does not miss run-parts where there is none to ask', () => {
    expect(complaints(withHook(UP, { listed: undefined }))).toEqual([])
  })

  const none = INSTALLATION.hooks.map((hook) => ({ ...hook, exists: false, version: undefined }))

  it('tells how to install, by the installer of its own tree where there is one', () => {
    expect(complaints({ hooks: none, installer: '/src/install.sh' })).toEqual([
      'warn the hooks are not installed yet, so ifup makes nothing | /src/install.sh',
    ])
  })

  it('names a damaged hook of the tree before it is installed', () => {
    const tree = [{ file: '/src/dist/mptcp_up', ...WHOLE, version: undefined }]
    expect(complaints({ hooks: none, tree })[0]).toBe(
      'fail /src/dist/mptcp_up is damaged: it does not tell its version | npm run build',
    )
  })

  it('says what went wrong in a dry run', () => {
    expect(complaints({ selfTest: { file: UP, fault: 'its plan is wrong' } })).toEqual([
      `fail ${UP} does not work here: its plan is wrong | ${AGAIN}`,
    ])
  })

  const node = INSTALLATION.node

  it.each<[string, Partial<Installation['node']>, string]>([
    [
      'missing',
      { least: undefined, boot: undefined, here: undefined },
      'fail Node is not installed | apt-get install nodejs',
    ],
    [
      'in a home directory',
      { least: undefined, boot: undefined, here: '/home/a b/node', isRoots: false },
      'fail Node is at /home/a b/node, where no hook finds it at boot | apt-get install nodejs',
    ],
    [
      "in a directory of root's",
      { least: undefined, boot: undefined, here: '/opt/a b/node' },
      "fail Node is at /opt/a b/node, where no hook finds it at boot | ln -s '/opt/a b/node' /usr/local/bin/node",
    ],
    [
      'in /usr/local',
      { least: undefined, boot: '/usr/local/bin/node' },
      'warn Node v18.19.0 is at /usr/local/bin/node, where ifupdown finds it at boot, and DHCP clients and init scripts do not | apt-get install nodejs',
    ],
    [
      'too old',
      { version: 'v16.20.2' },
      'fail Node v16.20.2 at /usr/bin/node is too old: 18.19 or later is needed | apt-get install nodejs',
    ],
    [
      'broken',
      { version: undefined },
      'fail Node at /usr/bin/node does not run: 18.19 or later is needed | apt-get install nodejs',
    ],
  ])('Node: %s', (_, change, complaint) => {
    expect(complaints({ node: { ...node, ...change } })).toEqual([complaint])
  })

  it('names a host without ss', () => {
    expect(complaints({ ss: false })).toEqual([
      'warn there is no ss, so status and top do not tell what uses the uplinks | apt-get install iproute2',
    ])
  })

  it('names a host without flock', () => {
    expect(complaints({ flock: false })).toEqual([
      'warn there is no flock, so two runs at once may interfere | apt-get install util-linux',
    ])
  })

  it('tells a fresh cache from one that does not count', () => {
    const cache = { program: 'mptcp_up', cure: 'make it' }
    const why = 'so that it does not count and runs are slower | make it'
    expect(complaints({ caches: [{ ...cache, state: 'fresh' }] })).toEqual([])
    expect(complaints({ caches: [{ ...cache, state: 'stale' }] })).toEqual([
      `warn the code cache of mptcp_up is of another version, ${why}`,
    ])
    expect(complaints({ caches: [{ ...cache, state: 'rejected' }] })).toEqual([
      `warn the code cache of mptcp_up is of another Node, ${why}`,
    ])
    expect(complaints({ caches: [{ ...cache, state: 'unsafe' }] })).toEqual([
      `warn the code cache of mptcp_up is not of root alone, ${why}`,
    ])
  })

  it('needs ifup, or a configuration that names the uplinks, and for that a watcher', () => {
    expect(complaints({ ifupdown: undefined })).toEqual([
      'fail there is no ifup, so nothing would run the hooks | apt-get install ifupdown',
    ])
    expect(complaints({ ifupdown: undefined, hooks: none }, { configured: true })).toEqual([
      'warn the watcher does not run, so nothing acts on the configuration by itself | systemctl enable --now mptcp-routes, or run: mptcp-routes watch',
    ])
    expect(complaints({ ifupdown: undefined, hooks: none }, { configured: true, watched: true })).toEqual([])
    expect(say(checkInstalled(factsOf({ hooks: none }))).join('\n')).not.toContain('hooks alone')
  })

  it('names an ifupdown without its directory', () => {
    const ifupdown = { kind: 'ifupdown2', file: '/sbin/ifup', directory: false }
    expect(complaints({ ifupdown })).toEqual([
      'fail ifupdown2 is here, but /etc/network is not | apt-get install --reinstall ifupdown2',
    ])
  })
})
