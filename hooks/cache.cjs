/**
 * Makes the cache that the preamble's loader reads, as root, after an installation and after one of Node:
 *
 *     IFACE=eth0 node cache.cjs FILE [ARG...] >/dev/null 2>&1
 *
 * runs FILE with the ARGs (mptcp_up with -n changes nothing) and keeps what V8 has compiled for that.
 * Exit status: 0 made, 1 not made; the hooks run without as well.
 */
const { chmodSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } = require('node:fs')
const { basename, resolve } = require('node:path')
const { Script } = require('node:vm')

const file = resolve(process.argv[2] ?? '')
process.argv.splice(1, 2, file)

const source = readFileSync(file)
const script = new Script(source.toString(), { filename: file })

// Only now has V8 compiled what a run calls.
process.on('exit', () => {
  const path = `${CACHE_DIRECTORY}/${basename(file)}`
  process.exitCode = 1
  mkdirSync(CACHE_DIRECTORY, { recursive: true, mode: 0o755 })
  rmSync(`${path}.new`, { force: true })
  writeFileSync(`${path}.new`, Buffer.concat([source, script.createCachedData()]), {
    flag: 'wx',
    mode: 0o644,
  })
  chmodSync(`${path}.new`, 0o644)
  renameSync(`${path}.new`, path)
  process.exitCode = 0
})

// As in `node -e`.
globalThis.require = require
script.runInThisContext()
