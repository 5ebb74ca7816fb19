// What one run costs beside time: `ip` processes, the changes it asks the kernel for, memory.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { prepare, removeForeignRules } from './machine.mjs'
import { findProgram, run } from './process.mjs'

const timeProgram = '/usr/bin/time'

/** An `ip` that writes down its arguments and its batch, and then is the real one. */
function wrapperText(log) {
  return `#!/bin/sh
echo "process $*" >>'${log}'
case " $* " in
*' -batch - '*) tee -a '${log}' | '${findProgram('ip')}' "$@" ;;
*) exec '${findProgram('ip')}' "$@" ;;
esac
`
}

const isRead = (line) => /\bshow\b/.test(line)

/** @returns `processes`: how many `ip` were started; `writes`: how many commands that change something they got */
function countIp(program, { scratch, environment }) {
  const wrapper = join(scratch, 'wrapper')
  const log = join(scratch, 'ip.log')
  mkdirSync(wrapper, { recursive: true })
  writeFileSync(join(wrapper, 'ip'), wrapperText(log), { mode: 0o755 })
  writeFileSync(log, '')
  run(program, { ...environment, PATH: `${wrapper}:${environment.PATH}` })
  const lines = readFileSync(log, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
  const processes = lines.filter((line) => line.startsWith('process '))
  const commands = lines.filter((line) => !line.startsWith('process ') || !line.includes(' -batch -'))
  return { processes: processes.length, writes: commands.filter((line) => !isRead(line)).length }
}

/** @returns the peak resident memory in MiB of the largest process of a run; undefined without GNU time */
export function measureMemory({ command, env = {} }, { scratch, environment }) {
  if (!existsSync(timeProgram)) {
    return undefined
  }
  const file = join(scratch, 'memory')
  const args = ['--quiet', '--format=%M', `--output=${file}`, ...command]
  const { status } = spawnSync(timeProgram, args, { env: { ...environment, ...env }, stdio: 'ignore' })
  if (status !== 0) {
    throw new Error(`${command.join(' ')} under time ended with ${status}`)
  }
  return Number(readFileSync(file, 'utf8')) / 1024
}

export function measureCosts(entries, prepared) {
  return entries.map(({ what, program, limit }) => {
    prepare(program, prepared)
    const counted = countIp(program, prepared)
    prepare(program, prepared)
    const memory = measureMemory(program, prepared)
    removeForeignRules()
    // None at all means that a hook starts `ip` by another way than PATH, so that nothing was counted.
    const met = limit === undefined || (counted.processes > 0 && counted.processes <= limit)
    return { what, ...counted, memory, limit, met }
  })
}
