// Asks the peer by TCP and by UDP, every 50 ms anew and bound to no address, and prints of each question
// [KIND, START, ADDRESS]: START on clock.mjs's clock, ADDRESS as the peer saw it, null without an answer in a second.
//
//   node questions.mjs NAME HOST PORT     KIND is `NAME tcp` or `NAME udp`
import { createSocket } from 'node:dgram'
import { connect } from 'node:net'
import { clock } from './clock.mjs'

const PERIOD = 50
const PATIENCE = 1000

const [name, host, port] = process.argv.slice(2)

function askTcp(answer) {
  const socket = connect(Number(port), host)
  socket.on('error', () => answer(null))
  socket.on('data', answer)
  return () => socket.destroy()
}

function askUdp(answer) {
  const socket = createSocket('udp4')
  socket.on('error', () => answer(null))
  socket.on('message', answer)
  socket.send('?', Number(port), host, (error) => error && answer(null))
  return () => socket.close()
}

function ask(kind, start) {
  const began = clock()
  let isOver = false
  const answer = (data) => {
    if (!isOver) {
      isOver = true
      clearTimeout(timer)
      setImmediate(() => close())
      console.log(JSON.stringify([`${name} ${kind}`, began, data === null ? null : String(data).trim()]))
    }
  }
  const timer = setTimeout(answer, PATIENCE, null)
  const close = start(answer)
}

setInterval(() => {
  ask('tcp', askTcp)
  ask('udp', askUdp)
}, PERIOD)
