// The machine in the namespace: made once, brought back before each run.
import { existsSync, mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { cleanEnvironment, findProgram, ip, run, runLines } from './process.mjs'
import { cacheRuns, hookPath, machine, programs, reset, tableNames } from './scenarios.mjs'

/** @returns the machine to hand to what measures: `environment` of its processes and its `scratch` directory */
export function prepareMachine(scratch) {
  const bin = join(scratch, 'bin')
  mkdirSync(bin)
  symlinkSync(process.execPath, join(bin, 'node'))
  coverSystemFiles(scratch)
  growMachine(machine)
  const prepared = { scratch, environment: cleanEnvironment(bin), reset: [] }
  makeCaches(prepared)
  proveWork(prepared)
  return prepared
}

/** The programs write to /etc/iproute2, /run and /var/cache: this namespace of mounts lays scratch files over them. */
function coverSystemFiles(scratch) {
  mkdirSync(join(scratch, 'iproute2'))
  writeTableNames(scratch)
  if (existsSync('/etc/iproute2')) {
    mount('--bind', join(scratch, 'iproute2'), '/etc/iproute2')
  }
  mount('-t', 'tmpfs', 'tmpfs', '/var/cache')
  mount('-t', 'tmpfs', 'tmpfs', '/run')
  mkdirSync('/run/network')
}

const caches = '/var/cache/ifupdown-mptcp'
const cachesAway = `${caches}.away`

/** As an installation does. */
function makeCaches({ environment }) {
  for (const { hook, env, notice } of cacheRuns) {
    run({ command: ['node', hookPath('cache.cjs'), hookPath(hook), '-n'], env, notice }, environment)
    if (!existsSync(join(caches, hook))) {
      throw new Error(`there is no code cache for ${hook}`)
    }
  }
}

function setCaches(wanted) {
  if (wanted !== existsSync(caches)) {
    renameSync(...(wanted ? [cachesAway, caches] : [caches, cachesAway]))
  }
}

function mount(...args) {
  run({ command: [findProgram('mount'), ...args] }, cleanEnvironment())
}

function writeTableNames(scratch) {
  writeFileSync(join(scratch, 'iproute2', 'rt_tables'), tableNames)
}

/**
 * Runs the lines and waits until the kernel has examined the new links' IPv6 addresses, which takes it a second or two:
 * an `ip` that reads meanwhile says that its dump was interrupted.
 */
export function growMachine(lines) {
  if (lines.length > 0) {
    runLines(lines)
  }
  for (let tries = 0; tries < 100; tries += 1) {
    if (!ip(['-6', '-j'], ['address show tentative']).stdout.includes('"local"')) {
      return
    }
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 100)
  }
  throw new Error('the new addresses are still tentative after 10 s')
}

/** The machine as the program expects to find it. */
export function prepare({ lines = [], after = [], cache = true, notice }, prepared) {
  ip(['-force'], [...reset, ...prepared.reset])
  for (const directory of ['/run/network', '/run/mptcp-routes']) {
    rmSync(directory, { recursive: true, force: true })
  }
  mkdirSync('/run/network')
  writeTableNames(prepared.scratch)
  setCaches(cache)
  if (lines.length > 0) {
    runLines(lines)
  }
  for (const name of after) {
    run({ ...programs[name], notice }, prepared.environment)
  }
}

/** One `rule flush` of many rules leaves some: deleting moves the place where the kernel's dump goes on. */
export function removeForeignRules() {
  while (ip(['-N', '-j'], ['rule show']).stdout.includes('"protocol":"4"')) {
    runLines(['rule flush protocol 4'])
  }
}

function readState() {
  const shows = ['rule show', 'route show table all', 'link show', 'mptcp endpoint show']
  return ip(['-N', '-j'], shows).stdout
}

/** Shows that the programs do their work: a hook that does nothing would be the fastest. */
function proveWork(prepared) {
  const before = readState()
  for (const { up, down, endpoints: expected } of [
    { up: 'up', down: 'down', endpoints: 1 },
    { up: 'page up', down: 'page down', endpoints: 1 },
    { up: '2013 up', down: '2013 down', endpoints: 0 },
    { up: 'multi up', down: 'multi down', endpoints: 0 },
  ]) {
    if (programs[up] === undefined) {
      continue
    }
    prepare({}, prepared)
    run(programs[up], prepared.environment)
    const [rules, , , endpoints] = JSON.parse(`[${readState().trim().replaceAll('\n', ',')}]`)
    if (!rules.some(({ src }) => src === '10.1.2.2') || endpoints.length !== expected) {
      throw new Error(`"${up}" made no rule, or ${endpoints.length} endpoints`)
    }
    run(programs[down], prepared.environment)
    if (readState() !== before) {
      throw new Error(`"${down}" left something behind`)
    }
  }
}
