// A connection that does not end, and when its bytes arrive.
//
//   node stream.mjs send PORT             to everybody who connects
//   node stream.mjs receive HOST PORT     prints times of arrival, on clock.mjs's clock, 10 ms apart or more
//
// Plain sockets of node:net: `mptcpize run` makes them Multipath TCP sockets.
import { connect, createServer } from 'node:net'
import { clock } from './clock.mjs'

const chunk = Buffer.alloc(16 * 1024)
const APART = 10

function send([port]) {
  createServer((socket) => {
    const fill = () => {
      while (!socket.destroyed && socket.write(chunk)) {}
    }
    socket.on('error', () => {})
    socket.on('drain', fill)
    fill()
  }).listen(Number(port), '::')
}

function receive([host, port]) {
  let last = 0
  connect(Number(port), host).on('data', () => {
    const now = clock()
    if (now - last >= APART) {
      last = now
      console.log(now)
    }
  })
}

const [action, ...rest] = process.argv.slice(2)
;({ send, receive })[action](rest)
