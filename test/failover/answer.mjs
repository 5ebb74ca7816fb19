// Answers everybody who asks, by TCP or UDP, with the address that the question came from.
//
//   node answer.mjs PORT
import { createSocket } from 'node:dgram'
import { createServer } from 'node:net'

const port = Number(process.argv[2])
const plain = (address) => address.replace('::ffff:', '')

createServer((socket) => {
  socket.on('error', () => {})
  socket.end(`${plain(socket.remoteAddress ?? '')}\n`)
}).listen(port, '::')

const datagrams = createSocket('udp6')
datagrams.on('message', (_, { address, port: from }) => datagrams.send(`${plain(address)}\n`, from, address))
datagrams.bind(port, '::')
