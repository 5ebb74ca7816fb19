import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { logLines, losesStandardError } from '../src/syslog.ts'
import { environment } from './captured.ts'

describe('losesStandardError', () => {
  const ifupdown2 = {
    IFACE: 'eth1',
    LOGICAL: 'eth1',
    METHOD: 'static',
    ADDRFAM: 'inet',
    MODE: 'start',
    PHASE: 'up',
  }
  it.each([
    ['ifupdown2', ifupdown2, true],
    ['a door', { IFACE: 'eth1', MPTCP_DOOR: 'dhclient' }, true],
    ['ifupdown', environment('static'), false],
    ['ifupdown-ng', environment('ng-all'), false],
    ['a person', { IFACE: 'eth1' }, false],
    ['a person who names the stanza', { IFACE: 'eth1', LOGICAL: 'home' }, false],
  ])('knows %s', (_, env, loses) => {
    expect(losesStandardError(env)).toBe(loses)
  })
})

describe('logLines', () => {
  let bin = ''
  beforeEach(() => {
    bin = mkdtempSync(join(tmpdir(), 'mptcp-'))
  })
  afterEach(() => {
    rmSync(bin, { recursive: true })
  })
  const writeLogger = (program: string) =>
    writeFileSync(join(bin, 'logger'), `#!/bin/sh\n${program}\n`, { mode: 0o755 })

  it('gives each line to one logger, without the name that the tag has', async () => {
    writeLogger(`{ echo "$*"; cat; } >'${bin}/new'; mv '${bin}/new' '${bin}/log'`)
    logLines('mptcp_up', 'mptcp_up: eth1: first\nmptcp_up: eth1: second\n', { PATH: bin })
    const log = () => {
      try {
        return readFileSync(join(bin, 'log'), 'utf8')
      } catch {
        return ''
      }
    }
    await expect.poll(log).toBe('-t mptcp_up -p daemon.warning\neth1: first\neth1: second\n')
  })

  it.each([
    ['reads nothing', 'exit 1'],
    ['cannot be run', '\0'],
  ])('goes on where logger %s', async (_, program) => {
    writeLogger(program)
    expect(logLines('mptcp_up', 'x'.repeat(100_000), { PATH: bin })).toBeUndefined()
    // An error that nobody hears would end the process, and so the test.
    await new Promise((resolve) => setImmediate(resolve))
  })
})
