/**
 * What the preamble gives to `node -e`: runs the file that it names as `node FILE ARGS` would, but for the package.json
 * files above it, and faster where hooks/cache.cjs has left what V8 made of the very same text.
 */
const { fstatSync, openSync, readFileSync, statSync, writeSync } = require('node:fs')
const { basename, resolve } = require('node:path')
const { Script } = require('node:vm')

const file = resolve(process.argv[1])
process.argv[1] = file

/** A cache is code: root's alone, or none. */
function isTrusted({ uid, mode }) {
  return uid === 0 && (mode & 0o022) === 0
}

/** V8 itself compares no more than the length of the text, so the cache begins with the whole of it. */
function readCache(source) {
  try {
    const descriptor = openSync(`${CACHE_DIRECTORY}/${basename(file)}`)
    if (isTrusted(statSync(CACHE_DIRECTORY)) && isTrusted(fstatSync(descriptor))) {
      const cache = readFileSync(descriptor)
      return cache.subarray(0, source.length).equals(source) ? cache.subarray(source.length) : undefined
    }
  } catch {
    // The run goes on without.
  }
  return undefined
}

try {
  const source = readFileSync(file)
  if (!source.subarray(-END.length).equals(Buffer.from(END))) {
    throw new Error('it is cut off')
  }
  new Script(source.toString(), { filename: file, cachedData: readCache(source) }).runInThisContext()
} catch (error) {
  writeSync(3, `${basename(file)}: ${file} cannot be run, please install it again: ${error.message}\n`)
  process.exitCode = 1
}
