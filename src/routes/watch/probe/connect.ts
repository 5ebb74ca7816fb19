/** One TCP connection, given up as soon as it is there. */
import { connect } from 'node:net'
import { type Answer, type Ask, HINDRANCES } from './round.ts'

/** A refusal is no answer: a router that has lost its own way out gives one as well. */
export const askByConnection: Ask = ({ source, target }, _limit, tell) => {
  const socket = connect({ host: target.address, port: target.port ?? 0, localAddress: source })
  let isOver = false
  const end = (answer: Answer) => {
    socket.destroy()
    if (!isOver) {
      isOver = true
      tell(answer)
    }
  }
  socket.on('connect', () => end('answer'))
  socket.on('error', (error) => end(answerOf(error)))
  return () => {
    isOver = true
    socket.destroy()
  }
}

function answerOf({ code = '', message }: NodeJS.ErrnoException): Answer {
  return HINDRANCES.includes(code) ? { hindered: `no connection can be made: ${message}` } : 'silence'
}
