// The demo's words on the terminal, or as plain text where nobody watches.

const STYLES = { bold: '1', dim: '2', green: '32', cyan: '36', yellow: '33' }
const PLAIN_WIDTH = 80
/** What the rest of a command or a listing's line begins with, beside its margin. */
const INDENT = '    '

/** As wide as it is seen. */
function widthOf(text) {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: a colour begins with an escape
  return text.replace(/\x1b\[[0-9;]*m/g, '').length
}

/** Breaks a line between words where it is wider than the terminal, which would break it anywhere. */
export function wrap(text, width) {
  if (widthOf(text) <= width) {
    return [text]
  }
  const [margin] = text.match(/^ */)
  const next = margin === '' ? '' : margin + INDENT
  const lines = []
  let line = margin
  for (const word of text.slice(margin.length).match(/ *[^ ]+/g) ?? []) {
    if (widthOf(line + word) > width && line.trim() !== '') {
      lines.push(line)
      line = next + word.trimStart()
    } else {
      line += word
    }
  }
  return [...lines, line]
}

/**
 * @param stream where to write
 * @param env NO_COLOR, TERM, COLUMNS and the locale's variables are read
 * @param paced whether a reader gets time, where there is one
 */
export function createPainter(stream, env, paced) {
  const isTerminal = Boolean(stream.isTTY) && env.TERM !== 'dumb'
  const hasColour = isTerminal && !env.NO_COLOR
  const isUtf8 = /utf-?8/i.test(env.LC_ALL || env.LC_CTYPE || env.LANG || '')
  const glyphs = isUtf8 ? { full: '█', empty: '░', rule: '─' } : { full: '#', empty: '.', rule: '-' }
  const paint = (style, text) => (hasColour ? `\x1b[${STYLES[style]}m${text}\x1b[0m` : text)
  let linesToRead = 0
  let barsDrawn = 0
  let steps = 0

  /** Where nobody says how wide the paper is, lines stay whole for grep. */
  const columns = () => stream.columns || Number(env.COLUMNS) || Number.POSITIVE_INFINITY
  const write = (text = '') => {
    for (const line of wrap(text, columns())) {
      stream.write(`${line}\n`)
      linesToRead += 1
    }
    barsDrawn = 0
  }
  const bar = (share, width) => {
    const full = Math.round(Math.min(1, Math.max(0, share)) * width)
    return paint('green', glyphs.full.repeat(full)) + paint('dim', glyphs.empty.repeat(width - full))
  }

  return {
    isTerminal,
    paint,
    write,
    columns: () => Math.min(columns(), PLAIN_WIDTH),

    /** Waits as long as the last lines take to read, then begins a new step. */
    async step(title) {
      await this.pause()
      steps += 1
      const heading = `${steps}. ${title}`
      write()
      write(paint('bold', heading))
      write(paint('dim', glyphs.rule.repeat(Math.min(this.columns(), heading.length))))
    },

    pause() {
      const milliseconds = isTerminal && paced ? 1000 + 170 * linesToRead : 0
      linesToRead = 0
      return new Promise((resolve) => setTimeout(resolve, milliseconds))
    },

    /** A command and what it printed. */
    listing(command, output, ifEmpty = '(nothing)') {
      write(`${paint('cyan', '$')} ${paint('bold', command)}`)
      for (const line of (output.trim() || ifEmpty).split('\n')) {
        write(`  ${line.replaceAll('\t', '  ')}`.trimEnd())
      }
    },

    /**
     * One bar per row. On a terminal it takes the place of the one before it; in plain text only the last is drawn.
     *
     * @param rows `share` of the full width, and the words on either side
     */
    bars(rows, isLast = false) {
      if (!isTerminal && !isLast) {
        return
      }
      const width = Math.max(10, Math.min(40, this.columns() - 40))
      const back = barsDrawn > 0 ? `\x1b[${barsDrawn}A` : ''
      const clear = isTerminal ? '\x1b[K' : ''
      const lines = rows.map(({ name, share, text }) => `  ${name} ${bar(share, width)} ${text}${clear}\n`)
      stream.write(back + lines.join(''))
      barsDrawn = isLast ? 0 : rows.length
    },
  }
}
