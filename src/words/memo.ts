/** Pure functions that keep their answers: a host's addresses and routes are asked about again and again. */

/** The function, which finds each answer once: for as long as what it is about lives. */
export function remember<K, T>(find: (key: K) => T): (key: K) => T {
  const known = new Map<K, T>()
  return (key) => {
    const answer = known.get(key)
    if (answer !== undefined || known.has(key)) {
      return answer as T
    }
    const found = find(key)
    known.set(key, found)
    return found
  }
}

/** Some per function: the texts of a large host. */
const MOST_ANSWERS = 4096

/**
 * The same for a function of a text that lives as long as the program: what was not asked for lately is forgotten.
 *
 * @param find depends on the text alone, and nobody changes its answers
 */
export function rememberLately<T extends {}>(find: (text: string) => T): (text: string) => T {
  let recent = new Map<string, T>()
  let earlier = new Map<string, T>()
  return (text) => {
    const known = recent.get(text)
    if (known !== undefined) {
      return known
    }
    const answer = earlier.get(text) ?? find(text)
    if (recent.size >= MOST_ANSWERS) {
      earlier = recent
      recent = new Map()
    }
    recent.set(copy(text), answer)
    return answer
  }
}

/** A part of a long text keeps the whole of it in memory; a copy does not. */
function copy(text: string): string {
  return Buffer.from(text).toString()
}
