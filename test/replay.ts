/**
 * The same histories on the fake kernel and on the real one, step by step. Wants a network namespace of its own:
 *
 *     unshare --net node replay.js FIRST LAST
 *
 * replays the histories of these seeds, and tells the first difference of each. Those that once found a fault come first.
 */
import { writeFileSync } from 'node:fs'
import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import { createEdge } from '../src/kernel/edge.ts'
import { readSnapshot } from '../src/kernel/read.ts'
import type { Edge } from '../src/words/edge.ts'
import type { Snapshot } from '../src/words/state.ts'
import { createDisk } from './fake-kernel/disk.ts'
import { createFakeEdge } from './fake-kernel/edge.ts'
import { createKernel, type Kernel } from './fake-kernel/kernel.ts'
import { foundHistories } from './properties/found.ts'
import { quickHistory } from './properties/histories.ts'
import { type Ended, plugIn, runStep, type Step } from './properties/steps.ts'
import { DEVICES } from './properties/worlds.ts'

/** The kernel of this namespace, with the files of the fake one: no lease, record or rt_tables of the machine counts. */
function withFiles(real: Edge, files: Edge): Edge {
  return {
    ...files,
    ip: real.ip,
    ipUpTo: real.ipUpTo,
    writeSysctl: real.writeSysctl,
    isReadOnly: real.isReadOnly,
    readFile: (path) => (path.startsWith('/proc/') ? real.readFile(path) : files.readFile(path)),
    sleep: real.sleep,
  }
}

/** A namespace that was made for this holds nothing but lo. */
function refuseUsedNamespace(real: Edge): void {
  const { stdout } = real.ip(['-o', 'link', 'show'], '')
  if (!/^1: lo: [^\n]*\n$/.test(stdout)) {
    throw new Error('this is not an empty network namespace: start it by unshare --net')
  }
}

function removeAll(real: Edge): void {
  const flush = ['-force', '-batch', '-']
  const links = DEVICES.map((device) => `link delete dev ${device}\n`).join('')
  // Those go with no device.
  const terminal = ['blackhole', 'unreachable', 'prohibit'].map(
    (type) => `route flush table all type ${type}\n`,
  )
  real.ip(['-6', ...flush], terminal.join(''))
  real.ip(
    flush,
    `${terminal.join('')}${links}mptcp endpoint flush\nmptcp limits set subflows 2 add_addr_accepted 0\nrule flush\n`,
  )
  real.ip(['-6', ...flush], 'rule flush\nrule add from all lookup main priority 32766\n')
  real.ip(
    flush,
    'rule add from all lookup main priority 32766\nrule add from all lookup default priority 32767\n',
  )
}

/** The kernel ends what it has begun: a link is ready a moment after it is set up. */
function awaitReady(real: Edge, step: Step): void {
  const device = step.kind === 'foreign' ? /^link set dev (\w+) up$/.exec(step.line)?.[1] : undefined
  if (device === undefined || device.startsWith('p')) {
    return
  }
  for (let attempt = 0; attempt < 200; attempt += 1) {
    const { status, stdout } = real.ip(['-o', 'link', 'show', 'dev', device], '')
    if (status !== 0 || / state UP /.test(stdout)) {
      return
    }
    real.sleep(10)
  }
}

/**
 * What a run would see of the host. Left out: the kernel's own link-local addresses and routes and those of lo, which
 * the fake does not make, and the index that a device had, which counts up from one history to the next.
 */
function look(edge: Edge): object {
  return sortLists(readSnapshot(['inet6', 'inet'], DEVICES, [], edge))
}

function sortLists(snapshot: Snapshot): object {
  const routes = snapshot.routes.filter(({ destination }) => destination !== 'fe80::/64')
  const addresses = snapshot.addresses.filter(
    ({ device, local }) => device !== 'lo' && !local.startsWith('fe80:'),
  )
  // An index and a hardware address are the kernel's own choice.
  const links = snapshot.links
    .filter(({ name }) => name !== 'lo')
    .map((link) => ({ ...link, index: 0, mac: undefined }))
  const settings = snapshot.settings.map((setting) => ({ ...setting, link: undefined }))
  const seen = { ...snapshot, routes, addresses, links, settings }
  const lists = Object.entries(seen).map(([name, value]) => [
    name,
    Array.isArray(value)
      ? value.map((item) => JSON.stringify(item).replace(/"if\d+"/, '"gone"')).sort()
      : value,
  ])
  return Object.fromEntries(lists) as object
}

/** The order of two routes in a dump is the kernel's own affair where neither is within the other, and the plan follows it. */
function withoutOrder(ended: Ended | undefined): object | undefined {
  return (
    ended && {
      ...ended,
      written: ended.written.map((item) => JSON.stringify(item)).sort(),
      out: ended.out.split('\n').sort(),
      err: ended.err.split('\n').sort(),
    }
  )
}

/** Replays one history; the first difference, if there is one. */
function replay(steps: readonly Step[], real: Edge, kernel: Kernel): string | undefined {
  const disks = [createDisk(), createDisk()] as const
  const fake = createFakeEdge(kernel, disks[0])
  const onDisk = withFiles(real, createFakeEdge(kernel, disks[1]))
  for (const [i, step] of [...plugIn(DEVICES), ...steps].entries()) {
    const onFake = runStep({ edge: fake, disk: disks[0] }, step)
    const onReal = runStep({ edge: onDisk, disk: disks[1] }, step)
    awaitReady(real, step)
    const pairs = [
      [withoutOrder(onFake), withoutOrder(onReal)],
      [look(fake), look(onDisk)],
    ]
    for (const [expected, found] of pairs) {
      if (!isDeepStrictEqual(expected, found)) {
        const sides = difference(expected, found)
        return `step ${i}: ${JSON.stringify(step)}\n${sides}`
      }
    }
  }
  return undefined
}

function difference(fake: unknown, real: unknown): string {
  const [one, other] = [fake, real].map((side) => JSON.stringify(side, null, 1).split('\n'))
  const only = (lines: readonly string[], others: readonly string[], sign: string) =>
    lines.filter((line) => !others.includes(line)).map((line) => `${sign} ${line}`)
  return [...only(one ?? [], other ?? [], 'fake'), ...only(other ?? [], one ?? [], 'real')].join('\n')
}

const KERNEL_SETTINGS: Readonly<Record<string, string>> = {
  '/proc/sys/net/ipv6/conf/default/accept_dad': '0',
  '/proc/sys/net/ipv6/conf/all/accept_dad': '0',
  // Some distributions turn it on: then a second address outlives the first of its subnet.
  '/proc/sys/net/ipv4/conf/all/promote_secondaries': '0',
  '/proc/sys/net/ipv4/conf/default/promote_secondaries': '0',
}

function ofSeed(seed: number): { name: string; steps: readonly Step[] } {
  const [steps = []] = fc.sample(quickHistory, { seed, numRuns: 1 })
  return { name: `seed ${seed}`, steps }
}

function main([first = 1, last = 1]: readonly number[]): void {
  const real = createEdge(process.env)
  refuseUsedNamespace(real)
  for (const [path, value] of Object.entries(KERNEL_SETTINGS)) {
    writeFileSync(path, value)
  }
  // Without any local address the kernel takes every gateway for a broadcast address.
  real.ip(['link', 'set', 'lo', 'up'], '')
  const histories = [
    ...foundHistories.map(([steps], i) => ({ name: `found ${i}`, steps })),
    ...Array.from({ length: last - first + 1 }, (_, i) => ofSeed(first + i)),
  ]
  let different = 0
  for (const { name, steps } of histories) {
    const difference = replay(steps, real, createKernel())
    removeAll(real)
    if (difference !== undefined) {
      different += 1
      console.log(`${name}, ${difference}`)
    }
  }
  const steps = histories.reduce((sum, history) => sum + history.steps.length, 0)
  console.log(`${histories.length} histories, ${steps} steps, ${different} different`)
  process.exitCode = different === 0 ? 0 : 1
}

main(process.argv.slice(2).map(Number))
