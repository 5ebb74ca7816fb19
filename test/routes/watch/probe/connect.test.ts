import { EventEmitter } from 'node:events'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { askByConnection } from '../../../../src/routes/watch/probe/connect.ts'
import type { Answer } from '../../../../src/routes/watch/probe/round.ts'

// The real one, but for failures that are the host's.
vi.mock('node:net', async (original) => {
  const real = await original<typeof import('node:net')>()
  return { ...real, connect: vi.fn(real.connect) }
})

let server: Server
let port: number

beforeAll(async () => {
  server = createServer((socket) => socket.destroy())
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  port = typeof address === 'object' ? (address?.port ?? 0) : 0
})

afterAll(() => new Promise((resolve) => server.close(resolve)))

function ask(source: string, target: { readonly address: string; readonly port: number }): Promise<Answer> {
  return new Promise((resolve) => askByConnection({ device: 'lo', source, target }, 3000, resolve))
}

it('a connection is an answer', async () => {
  expect(await ask('127.0.0.9', { address: '127.0.0.1', port })).toBe('answer')
})

it('a refusal is none', async () => {
  expect(await ask('127.0.0.9', { address: '127.0.0.2', port })).toBe('silence')
})

it('an address that is not here, to come from, gets none', async () => {
  expect(await ask('192.0.2.77', { address: '127.0.0.1', port })).toBe('silence')
})

it('one that is stopped says nothing more', async () => {
  const told: Answer[] = []
  const stop = askByConnection(
    { device: 'lo', source: '127.0.0.9', target: { address: '127.0.0.1', port } },
    3000,
    (answer) => told.push(answer),
  )
  stop()
  await new Promise((resolve) => setTimeout(resolve, 100))
  expect(told).toEqual([])
})

it.each([
  ['EMFILE', { hindered: 'no connection can be made: connect EMFILE' }],
  ['EAGAIN', { hindered: 'no connection can be made: connect EAGAIN' }],
  ['ENETUNREACH', 'silence'],
])('an error of the host itself tells nothing: %s', async (code, answer) => {
  const socket = Object.assign(new EventEmitter(), { destroy: () => {} }) as unknown as Socket
  vi.mocked(connect).mockReturnValueOnce(socket)
  const told = ask('127.0.0.9', { address: '127.0.0.1', port })
  socket.emit('error', Object.assign(new Error(`connect ${code}`), { code }))
  expect(await told).toEqual(answer)
})
