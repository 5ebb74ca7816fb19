/**
 * Stands before string-width in the bundle: its first use compiles the pattern of all emoji, which costs more than the
 * rest of a table. Printable ASCII, colours and the mark of what was cut are as wide as they are long.
 */
const NARROW = /^[ -~…]*$/
// biome-ignore lint/suspicious/noControlCharactersInRegex: a colour begins with an escape
const COLOURS = /\x1b\[[\d;]*m/g

module.exports = (text) => {
  const plain = String(text).replace(COLOURS, '')
  return NARROW.test(plain) ? plain.length : require('string-width')(text)
}
