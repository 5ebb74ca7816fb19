// Runs programs on a machine that is reset before each run, and times them.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { machine, programs, reset } from './scenarios.mjs'

function ip(options, lines) {
  return spawnSync('ip', [...options, '-batch', '-'], { input: lines.join('\n'), encoding: 'utf8' })
}

function readState() {
  const shows = ['rule show', 'route show table all', 'link show', 'mptcp endpoint show']
  return ip(['-N', '-j'], shows).stdout
}

function runLines(lines) {
  const { status, stderr } = ip([], lines)
  if (status !== 0) {
    throw new Error(`ip -batch: ${stderr}`)
  }
}

/** @returns milliseconds from before the start of the process to after its end */
function run({ command: [file, ...args], env = {} }, extra = {}) {
  const options = { env: { PATH: process.env.PATH, ...env, ...extra }, stdio: ['ignore', 'ignore', 'pipe'] }
  const start = process.hrtime.bigint()
  const { status, stderr, error } = spawnSync(file, args, options)
  const time = Number(process.hrtime.bigint() - start) / 1e6
  // A failing run is quick: its time must not count. Words on standard error are a failure too.
  if (error !== undefined || status !== 0 || stderr.length > 0) {
    throw new Error(`${[file, ...args].join(' ')} ended with ${status}: ${error?.message ?? stderr}`)
  }
  return time
}

/** The machine as the program expects to find it. */
function prepare({ lines = [], after }) {
  ip(['-force'], reset)
  runLines(lines)
  if (after !== undefined) {
    run(programs[after])
  }
}

/** Makes the machine, and shows that the programs do their work: a hook that does nothing would be the fastest. */
export function prepareMachine() {
  runLines(machine)
  const before = readState()
  for (const [direction, undoing] of [
    ['up', 'down'],
    ['page up', 'page down'],
  ]) {
    prepare({})
    run(programs[direction])
    const during = JSON.parse(`[${readState().trim().replaceAll('\n', ',')}]`)
    const [rules, , , endpoints] = during
    if (!rules.some(({ src }) => src === '10.1.2.2') || endpoints.length !== 1) {
      throw new Error(`"${direction}" made no rule or no endpoint`)
    }
    run(programs[undoing])
    if (readState() !== before) {
      throw new Error(`"${undoing}" left something behind`)
    }
  }
}

function median(values) {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}

/**
 * All programs once per round, so that a slow moment of the machine meets them all; every other round backwards, so
 * that none always follows the same one.
 *
 * @returns by name, the median in milliseconds
 */
export function measure(measured, rounds) {
  const times = new Map(Object.keys(measured).map((name) => [name, []]))
  for (let round = 0; round < rounds; round += 1) {
    const names = round % 2 === 0 ? Object.keys(measured) : Object.keys(measured).reverse()
    for (const name of names) {
      prepare(measured[name])
      times.get(name).push(run(measured[name]))
    }
  }
  return new Map([...times].map(([name, values]) => [name, median(values)]))
}

/** @returns how many times the program starts `ip`, seen by one that stands before it on PATH */
export function countIp({ program }, scratch) {
  const wrapper = join(scratch, 'bin')
  const log = join(scratch, 'ip.log')
  const real = process.env.PATH.split(':')
    .map((directory) => join(directory, 'ip'))
    .find((file) => existsSync(file))
  mkdirSync(wrapper, { recursive: true })
  writeFileSync(join(wrapper, 'ip'), `#!/bin/sh\necho started >>'${log}'\nexec '${real}' "$@"\n`, {
    mode: 0o755,
  })
  prepare(program)
  writeFileSync(log, '')
  run(program, { PATH: `${wrapper}:${process.env.PATH}` })
  return readFileSync(log, 'utf8').split('\n').length - 1
}
