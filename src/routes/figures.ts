/** Figures as people read them, and bars. */

const PREFIXES = ['', 'k', 'M', 'G', 'T', 'P'] as const

/** Three digits at most and a decimal prefix: `0 B`, `999 B`, `1.2 kB`, `47 MB`. */
export function formatBytes(bytes: number): string {
  let value = bytes
  let step = 0
  // 999.5 would be printed as 1000.
  while (value >= 999.5 && step < PREFIXES.length - 1) {
    value /= 1000
    step += 1
  }
  const digits = step > 0 && value < 9.95 ? 1 : 0
  return `${value.toFixed(digits)} ${PREFIXES[step]}B`
}

/** Bytes per second. */
export function formatRate(bytes: number): string {
  return `${formatBytes(bytes)}/s`
}

/** `0.02 ms`, `4.0 ms`, `56 ms`, `1.2 s`. */
export function formatMilliseconds(time: number): string {
  if (time >= 999.5) {
    return `${(time / 1000).toFixed(time < 9950 ? 1 : 0)} s`
  }
  const digits = time < 0.995 ? 2 : time < 9.95 ? 1 : 0
  return `${time.toFixed(digits)} ms`
}

const UNITS = [
  { name: 'd', length: 86_400 },
  { name: 'h', length: 3600 },
  { name: 'min', length: 60 },
  { name: 's', length: 1 },
] as const

/** The two largest units of some milliseconds: `0 s`, `12 s`, `3 min 12 s`, `2 h`, `3 d 4 h`. */
export function formatDuration(time: number): string {
  const seconds = Math.max(0, Math.round(time / 1000))
  const first = UNITS.findIndex(({ length }) => seconds >= length)
  const words = UNITS.slice(first === -1 ? -1 : first)
    .slice(0, 2)
    .map(({ name, length }, i, [larger]) => ({
      count: Math.floor((i === 0 ? seconds : seconds % (larger?.length ?? 1)) / length),
      name,
    }))
  return words
    .filter(({ count }, i) => i === 0 || count > 0)
    .map(({ count, name }) => `${count} ${name}`)
    .join(' ')
}

/** `1 uplink`, `2 uplinks`. */
export function formatCount(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}

/**
 * A bar of so many columns. What is more than nothing shows at least one.
 *
 * @param share of the whole width, 0 to 1
 * @param fill what it is made of, one column wide
 */
export function drawBar(share: number, width: number, fill: string): string {
  const length = share > 0 ? Math.max(1, Math.round(Math.min(1, share) * width)) : 0
  return fill.repeat(length).padEnd(width)
}

/** Whether the terminal's locale can show more than ASCII: LC_ALL, LC_CTYPE, LANG, in this order (locale(7)). */
export function isUtf8(env: NodeJS.ProcessEnv): boolean {
  const locale = [env['LC_ALL'], env['LC_CTYPE'], env['LANG']].find(Boolean) ?? ''
  return /utf-?8/i.test(locale)
}

/** Text from outside without what a terminal would obey: the kernel allows escapes in the name of a device. */
export function printable(text: string): string {
  return text.replace(/\p{Cc}/gu, '?')
}
