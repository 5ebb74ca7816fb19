/**
 * The two ends of what a host forwards.
 *
 *     node guest.mjs serve FILE                               answers TCP on port 80 and UDP on 53, and makes the file once it does
 *     node guest.mjs ask FROM tcp|udp ADDRESS PORT [COUNT]    so many at once; prints how many were answered (1 s for one, else 5)
 *     node guest.mjs hold FROM ADDRESS PORT FILE              one connection; writes a line to the file for each answer, 20 a second
 */
import { createSocket } from 'node:dgram'
import { appendFileSync, writeFileSync } from 'node:fs'
import { connect, createServer } from 'node:net'

const [work, ...words] = process.argv.slice(2)

switch (work) {
  case 'serve':
    serve(...words)
    break
  case 'ask':
    await ask(...words)
    break
  case 'hold':
    hold(...words)
    break
}

function serve(file) {
  const tcp = createServer((socket) => {
    socket.on('data', (data) => socket.write(data))
    socket.on('error', () => {})
  })
  const udp = createSocket('udp6')
  udp.on('message', (data, { port, address }) => udp.send(data, port, address))
  tcp.listen({ port: 80, host: '::', backlog: 2000 }, () => udp.bind(53, '::', () => writeFileSync(file, '')))
}

async function ask(from, protocol, address, port, count = '1') {
  const one = protocol === 'tcp' ? askTcp : askUdp
  const patience = count === '1' ? 1000 : 5000
  const answers = await Promise.all(
    Array.from({ length: Number(count) }, () => one(from, address, Number(port), patience)),
  )
  process.stdout.write(`${answers.filter(Boolean).length}\n`)
  process.exit(0)
}

function askTcp(localAddress, host, port, patience) {
  return new Promise((resolve) => {
    const socket = connect({ host, port, localAddress }, () => socket.write('?'))
    socket.once('data', () => resolve(true))
    socket.once('error', () => resolve(false))
    setTimeout(() => resolve(false), patience)
  })
}

function askUdp(from, address, port, patience) {
  return new Promise((resolve) => {
    const socket = createSocket(address.includes(':') ? 'udp6' : 'udp4')
    socket.once('message', () => resolve(true))
    socket.once('error', () => resolve(false))
    socket.bind(0, from, () => socket.send('?', port, address))
    setTimeout(() => resolve(false), patience)
  })
}

function hold(localAddress, host, port, file) {
  const socket = connect({ host, port: Number(port), localAddress })
  socket.setNoDelay(true)
  socket.on('data', () => appendFileSync(file, 'answer\n'))
  socket.on('error', ({ code }) => appendFileSync(file, `${code}\n`))
  setInterval(() => socket.write('?'), 50)
}
