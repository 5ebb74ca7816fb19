/** `mptcp-routes top`: a live view on a terminal, plain samples elsewhere. */
import type { ReadStream, WriteStream } from 'node:tty'
import type { Colors } from 'picocolors/types'
import { Refusal } from '../../words/refusal.ts'
import { isUtf8 } from '../figures.ts'
import { lostText } from '../output.ts'
import { drawView } from './lines.ts'
import { compareSamples, readSample, type Source, type View } from './sample.ts'
import type { Screen } from './screen.ts'
import { takeTerminal } from './terminal.ts'

export interface TopOptions {
  readonly input: ReadStream
  readonly output: WriteStream
  readonly env: NodeJS.ProcessEnv
  readonly colors: Colors
  /** How many samples are shown; undefined: until somebody ends it. */
  readonly count: number | undefined
  /** Milliseconds from one sample to the next. */
  readonly interval: number
}

/** Where there is no terminal to ask. */
const PLAIN_WIDTH = 80

/** More lines than there are. */
const END = Number.MAX_SAFE_INTEGER

/**
 * Shows samples until `count` is reached, a key ends it or nobody reads any more.
 *
 * @throws Refusal where a sample cannot be read, or not be written; the terminal is given back before
 */
export async function runTop(source: Source, options: TopOptions): Promise<void> {
  const { output, env } = options
  await (output.isTTY && env['TERM'] !== 'dumb' ? showLive(source, options) : printSamples(source, options))
}

async function showLive(source: Source, { input, output, env, colors, count, interval }: TopOptions) {
  let view: View | undefined
  let skip = 0
  const end = new AbortController()
  const draw = () => {
    const screen = {
      width: output.columns || PLAIN_WIDTH,
      height: output.rows || 24,
      skip,
      unicode: isUtf8(env),
      colors,
    }
    if (view !== undefined) {
      const drawing = drawView(view, screen)
      skip = drawing.skip
      terminal.show(drawing.lines)
    }
  }
  const terminal = takeTerminal(input, output, {
    pressed: (key) => {
      if (isEnd(key)) {
        end.abort()
      } else {
        skip = Math.max(0, skip + stepOf(key, output.rows || 24))
        draw()
      }
    },
    disturbed: draw,
    lost: () => end.abort(),
  })
  try {
    for (let shown = 0; shown !== count && !end.signal.aborted; shown += 1) {
      view = compareSamples(view, readSample(source))
      draw()
      await pause(interval, end.signal)
    }
  } finally {
    terminal.release()
  }
}

/** Rates need two samples, so the first is printed after one interval. */
async function printSamples(source: Source, { output, env, colors, count, interval }: TopOptions) {
  const width = Number(env['COLUMNS']) || PLAIN_WIDTH
  const screen: Screen = { width, height: Number.POSITIVE_INFINITY, skip: 0, unicode: isUtf8(env), colors }
  const end = new AbortController()
  let fault: NodeJS.ErrnoException | undefined
  output.on('error', (error) => {
    fault = error
    end.abort()
  })
  let view = compareSamples(undefined, readSample(source))
  for (let shown = 0; shown !== count && !end.signal.aborted; shown += 1) {
    await pause(interval, end.signal)
    if (!end.signal.aborted) {
      view = compareSamples(view, readSample(source))
      await write(output, `${shown > 0 ? '\n' : ''}${drawView(view, screen).lines.join('\n')}\n`)
    }
  }
  if (fault !== undefined && fault.code !== 'EPIPE') {
    throw new Refusal(lostText(fault))
  }
}

/** Waits for the reader, and for what comes of it. */
function write(output: WriteStream, text: string): Promise<void> {
  return new Promise((resolve) => output.write(text, () => setImmediate(resolve)))
}

/** Waits, but not beyond the end. */
function pause(milliseconds: number, end: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer)
      end.removeEventListener('abort', done)
      resolve()
    }
    const timer = setTimeout(done, milliseconds)
    end.addEventListener('abort', done)
  })
}

/** q, Ctrl-C, Ctrl-D. */
function isEnd(key: string): boolean {
  return ['q', 'Q', '\x03', '\x04'].includes(key)
}

/** By how many lines a key moves the connections: arrows, page up and down, home and end, of xterm, screen and linux. */
function stepOf(key: string, page: number): number {
  const steps: Record<string, number> = {
    A: -1,
    B: 1,
    '5~': -page,
    '6~': page,
    H: -END,
    '1~': -END,
    F: END,
    '4~': END,
  }
  // biome-ignore lint/suspicious/noControlCharactersInRegex: a key's sequence begins with an escape
  const [, name = ''] = /^\x1b[[O](.+)$/.exec(key) ?? []
  return steps[name] ?? 0
}
