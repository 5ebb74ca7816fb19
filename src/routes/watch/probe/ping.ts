/** One ping, of iputils or BusyBox: it ends with the first answer. */
import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process'
import { quote } from '../../../words/refusal.ts'
import { type Answer, type Ask, HINDRANCES, type Obstacle, type Question } from './round.ts'

/** So many packets a round: where a third of them is lost, one in a thousand rounds is. */
const PACKETS = 6

/** In seconds: iputils lets an ordinary user send no oftener. */
const LEAST_INTERVAL = 0.2

/** Both print `64 bytes from 192.0.2.1: …` for an answer, and nothing like it for an ICMP error. */
const ANSWER = / bytes from /

/** What is on standard error where it cannot work at all: no socket for it, or options that it does not know. */
const UNABLE =
  /\b(?:socket|cap_set_proc|setuid): |\(are you root|usage:|invalid (?:option|number)|unrecognized option/i

/** The same for the moment: ENOMEM, EMFILE and ENFILE in the words of glibc and musl. */
const HINDERED = /Cannot allocate memory|Out of memory|Too many open files|No file descriptors available/

/** Much more than the lines before an answer. */
const LONGEST_OUTPUT = 4096

export function askByPing(env: NodeJS.ProcessEnv): Ask {
  const path = `${env['PATH'] ?? ''}:/usr/sbin:/usr/bin:/sbin:/bin`.replace(/^:/, '')
  const options: SpawnOptions = { stdio: ['ignore', 'pipe', 'pipe'], env: { PATH: path, LC_ALL: 'C' } }
  return (question, limit, tell) => {
    try {
      return listenTo(spawn('ping', wordsOf(question, limit), options), tell)
    } catch (error) {
      // Some errors of exec are thrown, others told: EPERM, where its capability is not to be had.
      const soon = setImmediate(() => tell(obstacleOf(error as NodeJS.ErrnoException)))
      return () => clearImmediate(soon)
    }
  }
}

/**
 * -w is for the case that nobody is there to end it. Of two -I iputils takes device and source, BusyBox the last one.
 */
function wordsOf({ device, source, target }: Question, limit: number): string[] {
  const seconds = limit / 1000
  const pause = Math.max(LEAST_INTERVAL, seconds / PACKETS).toFixed(1)
  const deadline = `${Math.ceil(seconds)}`
  const bound = ['-I', device, '-I', source]
  return ['-n', '-c', `${PACKETS}`, '-i', pause, '-w', deadline, ...bound, target.address]
}

function listenTo(ping: ChildProcess, tell: (answer: Answer) => void): () => void {
  let isOver = false
  let output = ''
  let complaint = ''
  const stop = () => {
    isOver = true
    ping.kill('SIGKILL')
    // Else they are kept until its end is told, and with them memory that the collector does not see.
    ping.stdout?.destroy()
    ping.stderr?.destroy()
  }
  const end = (answer: Answer) => {
    if (!isOver) {
      stop()
      tell(answer)
    }
  }
  ping.stdout?.on('data', (chunk: Buffer) => {
    output = (output + chunk.toString()).slice(-LONGEST_OUTPUT)
    if (ANSWER.test(output)) {
      end('answer')
    }
  })
  ping.stderr?.on('data', (chunk: Buffer) => {
    complaint = (complaint + chunk.toString()).slice(0, LONGEST_OUTPUT)
  })
  ping.on('error', (error) => end(obstacleOf(error)))
  ping.on('close', (_status, signal) =>
    end(signal === null ? silenceOf(complaint) : { hindered: `ping was ended by ${signal}` }),
  )
  return stop
}

/** It cannot be started. */
function obstacleOf({ code = '', message }: NodeJS.ErrnoException): Obstacle {
  if (code === 'ENOENT') {
    return { unable: 'there is no ping command: apt-get install iputils-ping' }
  }
  const why = `ping cannot be run: ${message}`
  return HINDRANCES.includes(code) ? { hindered: why } : { unable: why }
}

/** What it means that there was no answer, by what ping has complained of. */
function silenceOf(complaint: string): Answer {
  const why = `ping cannot work here: ${quote(complaint.trim().split('\n', 1)[0] ?? '')}`
  if (HINDERED.test(complaint)) {
    return { hindered: why }
  }
  return UNABLE.test(complaint) ? { unable: why } : 'silence'
}
