/** Long lines of words for a narrow terminal. */
import stringWidth from 'string-width'

/**
 * Breaks a line at blanks; a word that is wider than the width stays whole, as it may be one that people copy.
 *
 * @param indent how many blanks every line but the first begins with
 */
export function wrap(text: string, width: number, indent: number): string[] {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ')) {
    const longer = line === '' ? word : `${line} ${word}`
    if (line.trim() !== '' && stringWidth(longer) > width) {
      lines.push(line)
      line = `${' '.repeat(indent)}${word}`
    } else {
      line = longer
    }
  }
  return [...lines, line]
}
