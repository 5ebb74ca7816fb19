// The two ends of a transfer, each started by `mptcpize run`, as Node has no way to ask for a Multipath TCP socket.
//   peer.mjs send PORT BYTES      prints "listening", then the digest of what it sent
//   peer.mjs receive HOST PORT    prints what it received: bytes, digest, and the longest stall in milliseconds
import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { connect, createServer } from 'node:net'

const CHUNK = 64 * 1024

async function send(port, bytes) {
  const server = createServer().listen(port)
  await once(server, 'listening')
  process.stdout.write('listening\n')
  const [socket] = await once(server, 'connection')
  const digest = createHash('sha256')
  for (let left = bytes; left > 0; ) {
    const chunk = randomBytes(Math.min(CHUNK, left))
    left -= chunk.length
    digest.update(chunk)
    if (!socket.write(chunk)) {
      await once(socket, 'drain')
    }
  }
  socket.end()
  server.close()
  process.stdout.write(`${JSON.stringify({ bytes, digest: digest.digest('hex') })}\n`)
}

async function receive(host, port) {
  const socket = connect(port, host)
  await once(socket, 'connect')
  const digest = createHash('sha256')
  let bytes = 0
  let stall = 0
  let last = performance.now()
  for await (const chunk of socket) {
    const now = performance.now()
    stall = Math.max(stall, now - last)
    last = now
    bytes += chunk.length
    digest.update(chunk)
  }
  process.stdout.write(`${JSON.stringify({ bytes, digest: digest.digest('hex'), stall })}\n`)
}

const [role, first, second] = process.argv.slice(2)
await (role === 'send' ? send(Number(first), Number(second)) : receive(first, Number(second)))
