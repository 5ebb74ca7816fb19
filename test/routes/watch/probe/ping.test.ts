import { type ChildProcess, spawn } from 'node:child_process'
import { EventEmitter } from 'node:events'
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it, vi } from 'vitest'
import { askByPing } from '../../../../src/routes/watch/probe/ping.ts'
import type { Answer } from '../../../../src/routes/watch/probe/round.ts'

// The real one, but for failures that are the host's.
vi.mock('node:child_process', async (original) => {
  const real = await original<typeof import('node:child_process')>()
  return { ...real, spawn: vi.fn(real.spawn) }
})

const places: string[] = []

afterAll(() => {
  for (const place of places) {
    rmSync(place, { recursive: true })
  }
})

/** A directory with a `ping` that is the script. */
function withPing(script: string): string {
  const place = mkdtempSync(join(tmpdir(), 'ping-'))
  places.push(place)
  writeFileSync(join(place, 'ping'), `#!/bin/sh\n${script}\n`)
  chmodSync(join(place, 'ping'), 0o755)
  return place
}

function start(place: string, tell: (answer: Answer) => void, limit = 3000): () => void {
  const target = { address: '192.0.2.1', port: undefined }
  return askByPing({ PATH: place })({ device: 'eth0', source: '10.1.1.2', target }, limit, tell)
}

function ask(script: string, limit?: number): Promise<Answer> {
  return new Promise((resolve) => start(withPing(script), resolve, limit))
}

describe('an answer', () => {
  it.each([
    ['iputils', '64 bytes from 192.0.2.1: icmp_seq=1 ttl=64 time=0.069 ms'],
    ['iputils in IPv6', '64 bytes from fe80::1%eth0: icmp_seq=1 ttl=64 time=0.063 ms'],
    ['BusyBox', '64 bytes from 192.0.2.1: seq=0 ttl=64 time=0.052 ms'],
  ])('of %s ends it, though it would go on', async (_who, line) => {
    const began = performance.now()
    expect(await ask(`echo 'PING 192.0.2.1'; echo '${line}'; exec sleep 5`)).toBe('answer')
    expect(performance.now() - began).toBeLessThan(3000)
  })

  it('is asked for several times, from the device and the address, for so long', async () => {
    const words = '-n -c 6 -i 0.5 -w 3 -I eth0 -I 10.1.1.2 192.0.2.1'
    expect(await ask(`[ "$*" = '${words}' ] && echo '64 bytes from here'`)).toBe('answer')
    const short = '-n -c 6 -i 0.2 -w 1 -I eth0 -I 10.1.1.2 192.0.2.1'
    expect(await ask(`[ "$*" = '${short}' ] && echo '64 bytes from here'`, 1000)).toBe('answer')
  })
})

describe('silence', () => {
  it.each([
    ['nobody', "echo '4 packets transmitted, 0 received'; exit 1"],
    ['a router that knows no way', "echo 'From 10.1.1.1 icmp_seq=1 Destination Host Unreachable'; exit 1"],
    ['an address that is gone', "echo 'ping: bind: Cannot assign requested address' >&2; exit 2"],
    ['a barrier', "echo 'ping: connect: Network is unreachable' >&2; exit 2"],
    ['a barrier, to BusyBox', "echo 'ping: sendto: Network is unreachable' >&2; exit 1"],
    ['a route that prohibits', "echo 'ping: connect: Permission denied' >&2; exit 2"],
    ['a firewall of the host', "echo 'ping: sendmsg: Operation not permitted' >&2; exit 1"],
  ])('of %s', async (_who, script) => {
    expect(await ask(script)).toBe('silence')
  })
})

describe('what cannot be asked', () => {
  it.each([
    ['ping: socket: Operation not permitted', 2],
    ['ping: cap_set_proc: Operation not permitted', 2],
    ['ping: permission denied (are you root?)', 1],
    ["ping: invalid number '0.5'", 1],
  ])('%s', async (complaint, status) => {
    const why = `ping cannot work here: ${JSON.stringify(complaint)}`
    expect(await ask(`echo "${complaint}" >&2; exit ${status}`)).toEqual({ unable: why })
  })

  it.each([
    'ping: socket: Too many open files in system',
    'ping: sendmsg: Cannot allocate memory',
    'ping: socket: Out of memory',
  ])('for the moment: %s', async (complaint) => {
    const why = `ping cannot work here: ${JSON.stringify(complaint)}`
    expect(await ask(`echo "${complaint}" >&2; exit 2`)).toEqual({ hindered: why })
  })

  it('of a ping that somebody else has ended', async () => {
    expect(await ask('kill -9 $$')).toEqual({ hindered: 'ping was ended by SIGKILL' })
  })

  it.each([
    ['EAGAIN', 'hindered'],
    ['ENOMEM', 'hindered'],
    ['EACCES', 'unable'],
  ])('where it cannot be started: %s', async (code, kind) => {
    for (const isThrown of [true, false]) {
      const error = Object.assign(new Error(`spawn ping ${code}`), { code })
      vi.mocked(spawn).mockImplementationOnce(() => {
        if (isThrown) {
          throw error
        }
        const ping = Object.assign(new EventEmitter(), { kill: () => true }) as unknown as ChildProcess
        process.nextTick(() => ping.emit('error', error))
        return ping
      })
      expect(await ask('')).toEqual({ [kind]: `ping cannot be run: spawn ping ${code}` })
    }
  })

  it('of a ping that knows no such options', async () => {
    const script =
      "printf '%s\\n' \"ping: unrecognized option: i\" 'BusyBox v1.1' '' 'Usage: ping HOST' >&2; exit 1"
    expect(await ask(script)).toEqual({ unable: 'ping cannot work here: "ping: unrecognized option: i"' })
  })
})

it('what cannot even be started is told later, like all else', async () => {
  const told: Answer[] = []
  const target = { address: '192.0.2.1', port: undefined }
  askByPing({})({ device: 'eth0', source: '10.1.1.2\0', target }, 3000, (answer) => told.push(answer))
  expect(told).toEqual([])
  await new Promise((resolve) => setTimeout(resolve, 50))
  expect(told).toEqual([{ unable: expect.stringContaining('ping cannot be run: ') }])
})

it('one that is stopped says nothing more', async () => {
  const told: Answer[] = []
  const stop = start(withPing("sleep 0.1; echo '64 bytes from here'"), (answer) => told.push(answer))
  stop()
  await new Promise((resolve) => setTimeout(resolve, 300))
  expect(told).toEqual([])
})
