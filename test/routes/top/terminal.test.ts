/** `top` in a real terminal, tmux, and in a pipe. */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { buildSync } from 'esbuild'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'

const directory = mkdtempSync(join(tmpdir(), 'top-'))
const driver = join(directory, 'driver.cjs')
const env = { PATH: process.env['PATH'], LANG: 'C.UTF-8', TERM: 'xterm', SHELL: '/bin/sh' }

vi.setConfig({ testTimeout: 20_000 })

/** Another for each test: a server that is ending would take the next test's terminal with it. */
let socket = ''

function tmux(...args: string[]): string {
  const { status, stdout, stderr } = spawnSync('tmux', ['-S', socket, '-f', '/dev/null', ...args], {
    encoding: 'utf8',
    env,
  })
  expect([args[0], status, stderr]).toEqual([args[0], 0, ''])
  return stdout
}

const screen = () => tmux('capture-pane', '-p').split('\n').slice(0, -1)
const until = (condition: () => void) => vi.waitFor(condition, { timeout: 10_000, interval: 50 })
const press = (...keys: string[]) => tmux('send-keys', ...keys)

/** A shell in a terminal; each test starts the program from there, so that it sees what is left of it. */
function openTerminal(width: number, height: number, shell = ['env', 'PS1=$ ', 'ENV=', 'sh']): void {
  socket = `${mkdtempSync(join(directory, 'x'))}/tmux`
  tmux('new-session', '-d', '-x', `${width}`, '-y', `${height}`, ...shell)
}

async function start(args = ''): Promise<void> {
  await until(() => expect(screen()[0]).toBe('$'))
  press(`node ${driver} ${args}`, 'Enter')
  // The second sample has rates.
  await until(() => expect(screen()[3]).toMatch(/^eth0 .* [kM]?B\/s/))
}

/** The shell's own screen is back, the program's is gone, the shell asks, and what is typed is seen. */
async function expectShell(status: number): Promise<void> {
  await until(() => expect(screen().join('\n').trimEnd()).toMatch(/^\$ node [\s\S]*\n\$$/))
  expect(screen().join('\n')).not.toContain('UPLINK')
  press('echo "ended $?"', 'Enter')
  await until(() =>
    expect(screen()).toEqual(expect.arrayContaining(['$ echo "ended $?"', `ended ${status}`])),
  )
  expect(tmux('display-message', '-p', '#{cursor_flag}')).toBe('1\n')
}

function driverPid(): number {
  const shell = tmux('display-message', '-p', '#{pane_pid}').trim()
  return Number(spawnSync('pgrep', ['-P', shell, 'node'], { encoding: 'utf8' }).stdout)
}

beforeAll(() => {
  const entry = fileURLToPath(new URL('driver.ts', import.meta.url))
  const captured = new URL('../../fixtures/sockets/', import.meta.url)
  buildSync({
    entryPoints: [entry],
    bundle: true,
    platform: 'node',
    format: 'cjs',
    outfile: driver,
    define: { 'import.meta.url': JSON.stringify(new URL('../../routes/top/x', captured).href) },
  })
})

afterEach(() => {
  spawnSync('tmux', ['-S', socket, 'kill-server'], { env })
})

afterAll(() => rmSync(directory, { recursive: true }))

describe('in a terminal', () => {
  it.each([60, 80, 160])('fills %d columns, none more, and goes with q', async (width) => {
    openTerminal(width, 24)
    await start()
    const lines = screen()
    expect(lines).toHaveLength(24)
    expect(lines[0]).toMatch(/ 14:05:0\d$/)
    expect(lines[0]?.length).toBe(width)
    expect(lines[6]?.startsWith('CONNECTION ')).toBe(true)
    expect(lines.filter((line) => /^[├└]/.test(line))).toHaveLength(10)
    press('q')
    await expectShell(0)
  })

  it('scrolls with the arrows and follows the size', async () => {
    openTerminal(80, 14)
    await start()
    await until(() => expect(screen().at(-1)).toBe('0 more above, 10 below'))
    press('Down', 'Down', 'Down')
    await until(() => expect(screen().at(-1)).toBe('3 more above, 7 below'))
    press('End')
    await until(() => expect(screen().at(-1)).toBe('10 more above, 0 below'))
    press('Up')
    await until(() => expect(screen().at(-1)).toBe('9 more above, 1 below'))
    tmux('resize-window', '-x', '60', '-y', '40')
    await until(() => expect(screen()[6]).toMatch(/^CONNECTION (?!.*RESENT).* STATE$/))
    await until(() => expect(screen().join('\n')).not.toContain('more above'))
    press('q')
    await expectShell(0)
  })

  it('gives the terminal back after Ctrl-C', async () => {
    openTerminal(80, 24)
    await start()
    press('C-c')
    await expectShell(0)
  })

  it.each([
    ['SIGTERM', 143],
    ['SIGINT', 130],
    ['SIGHUP', 129],
  ] as const)('gives the terminal back after %s, and ends by it', async (signal, status) => {
    openTerminal(80, 24)
    await start()
    process.kill(driverPid(), signal)
    await expectShell(status)
  })

  it('gives the terminal back for Ctrl-Z, and takes it again', async () => {
    openTerminal(80, 24, ['env', 'PS1=$ ', 'bash', '--norc', '--noprofile'])
    await start()
    press('C-z')
    await until(() => expect(screen().join('\n')).toContain('Stopped'))
    press('fg', 'Enter')
    await until(() => expect(screen()[6]).toMatch(/^CONNECTION/))
    press('q')
    await until(() => expect(screen().join('\n')).toMatch(/fg\n.*driver[\s\S]*\n\$$/m))
  })

  it('ends after as many samples as asked for', async () => {
    openTerminal(80, 24)
    await start('3')
    await expectShell(0)
  })

  it('gives the terminal back before it tells what went wrong', async () => {
    openTerminal(80, 24)
    await until(() => expect(screen()[0]).toBe('$'))
    press(`node ${driver} 9 fail`, 'Enter')
    await until(() => expect(screen()).toContain('mptcp-routes: the uplinks cannot be read'))
    await expectShell(1)
  })
})

describe('in a pipe', () => {
  const pipe = (command: string, more = {}) =>
    spawnSync('sh', ['-c', command.replace('top', `node ${driver}`)], {
      encoding: 'utf8',
      env: { ...env, ...more },
    })

  it('prints plain samples, each with the rates of its interval, and ends', () => {
    const { status, stdout, stderr } = pipe('top 2')
    expect([status, stderr]).toEqual([0, ''])
    expect(stdout).not.toContain('\x1b')
    const samples = stdout.split('\n\n2 uplinks')
    expect(samples).toHaveLength(2)
    expect(samples[0]).toMatch(/^2 uplinks, 6 connections, 10 paths {2}full bar: 2\.3 MB\/s/)
    expect(samples[0]?.split('\n').length).toBe(23)
  })

  it('has the width that COLUMNS asks for, and letters that the locale has', () => {
    const { stdout } = pipe('top 1', { COLUMNS: '160', LANG: 'C' })
    expect(stdout.split('\n')[0]?.length).toBe(160)
    expect(stdout).toMatch(/^[\n -~]+$/)
  })

  it('ends in peace when nobody reads any more', () => {
    const { status, stdout, stderr } = pipe('top | head -n 1')
    expect([status, stdout.split('\n').length, stderr]).toEqual([0, 2, ''])
  })

  it('prints plain samples on a terminal that cannot do more', () => {
    const { stdout } = pipe(`script -qec "TERM=dumb top 1" /dev/null`)
    expect(stdout).toContain('2 uplinks')
    expect(stdout).not.toContain('\x1b[?1049h')
  })
})
