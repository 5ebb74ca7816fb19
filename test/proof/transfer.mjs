// A file over one connection, and what became of it.
//
//   node transfer.mjs send FILE PORT             waits for one connection, sends FILE
//   node transfer.mjs receive HOST PORT FILE     writes FILE, prints {"bytes": …, "longestStall": seconds}
//
// Plain sockets of node:net: `mptcpize run` makes them Multipath TCP sockets.
import { createReadStream, createWriteStream } from 'node:fs'
import { connect, createServer } from 'node:net'
import { pipeline } from 'node:stream/promises'

async function send([file, port]) {
  const server = createServer()
  server.listen(Number(port), '::')
  const socket = await new Promise((accept) => server.once('connection', accept))
  // The server goes on listening till the end: a further path of the connection is accepted where the first one was.
  await pipeline(createReadStream(file), socket)
  server.close()
}

async function receive([host, port, file]) {
  const socket = connect(Number(port), host)
  let bytes = 0
  let longestStall = 0
  let last
  async function* watch(chunks) {
    for await (const chunk of chunks) {
      const now = performance.now()
      longestStall = Math.max(longestStall, now - (last ?? now))
      last = now
      bytes += chunk.length
      yield chunk
    }
  }
  await pipeline(socket, watch, createWriteStream(file))
  console.log(JSON.stringify({ bytes, longestStall: Math.round(longestStall) / 1000 }))
}

const [action, ...rest] = process.argv.slice(2)
await { send, receive }[action](rest)
