import { spawnSync } from 'node:child_process'
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { isBuiltin } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

const read = (path: string) => readFileSync(new URL(`../${path}`, import.meta.url), 'utf8')
const { version } = JSON.parse(read('package.json')) as { version: string }

describe.each(['mptcp_up', 'mptcp_down'])('dist/%s', (name) => {
  const path = fileURLToPath(new URL(`../dist/${name}`, import.meta.url))
  const text = read(`dist/${name}`)
  const start = (file: string, args: string[], env: NodeJS.ProcessEnv = {}) => {
    const { status, stdout, stderr } = spawnSync(file, args, {
      env: { PATH: process.env['PATH'], ...env },
      encoding: 'utf8',
    })
    return { status, stdout, stderr }
  }

  it('has a name that run-parts takes, and may be run', () => {
    expect(name).toMatch(/^[a-zA-Z0-9_-]+$/)
    expect(statSync(path).mode & 0o777).toBe(0o755)
  })

  it('is the program and the script of node', () => {
    const answer = { status: 0, stdout: `${name} ${version}\n`, stderr: '' }
    expect([start(path, ['--version']), start(process.execPath, [path, '--version'])]).toEqual([
      answer,
      answer,
    ])
  })

  it('needs nothing but node', () => {
    const modules = [...text.matchAll(/\brequire\("([^"]+)"\)/g)].map((match) => match[1] ?? '')
    expect(modules.length).toBeGreaterThan(0)
    expect(modules.filter((module) => !isBuiltin(module))).toEqual([])
  })

  it('can be read by whom it concerns, with the licences of what it holds', () => {
    expect(text).toContain('function parseEnvironment(')
    expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThan(2000)
    const licence = (file: string) => read(file).trim().replace(/^/gm, '// ').replace(/ +$/gm, '')
    expect(text).toContain(licence('LICENSE'))
    expect(text).toContain(licence('node_modules/ipaddr.js/LICENSE'))
  })

  it('begins with a shell script that ends the comment in its last line', () => {
    const shell = text.slice(0, text.indexOf('*/'))
    expect(shell).toMatch(/^#!\/bin\/sh\n':' \/\* /)
    expect(shell.endsWith('\nfinish "$status"\n')).toBe(true)
    expect(shell).not.toContain('@LOADER@')
  })

  it('is from the sources as they are', () => {
    // The bundle holds each source's own messages: an old bundle would be tested in their place.
    const sources = ['ask/environment', 'converge', 'hook', 'plan/uplink', 'kernel/read'].map((source) =>
      read(`src/${source}.ts`),
    )
    const functions = sources.flatMap((source) =>
      [...source.matchAll(/^(?:export )?function (\w+)/gm)].map((match) => match[1]),
    )
    expect(functions.filter((name) => !text.includes(`function ${name}(`))).toEqual([])
  })

  it('refuses bad input in one line, with the status of the run', () => {
    const by = (env: NodeJS.ProcessEnv) => start(path, [], { IFACE: 'eth1', IF_ADDRESS: 'x', ...env })
    const message =
      /^mptcp_up: eth1: address "x" is not an IP address \(set by IF_ADDRESS in the [a-z ]+\)\n$/
    if (name === 'mptcp_up') {
      expect([by({}), by({ PHASE: 'post-up' })]).toEqual([
        { status: 1, stdout: '', stderr: expect.stringMatching(message) },
        { status: 0, stdout: '', stderr: expect.stringMatching(message) },
      ])
    } else {
      expect(start(path, [], { IFACE: 'eth/1' })).toMatchObject({
        status: 1,
        stderr: expect.stringMatching(/^mptcp_down: "eth\/1": /),
      })
    }
  })
})

describe('dist/mptcp-routes', () => {
  const text = read('dist/mptcp-routes')

  it('is the program, with the status of a command line that is not understood', () => {
    const path = fileURLToPath(new URL('../dist/mptcp-routes', import.meta.url))
    const start = (...args: string[]) => spawnSync(path, args, { encoding: 'utf8' })
    expect(start('--version')).toMatchObject({ status: 0, stdout: `mptcp-routes ${version}\n`, stderr: '' })
    expect(start('--versio').status).toBe(2)
  })

  it('fails where it is cut off, whoever reads it', () => {
    const directory = mkdtempSync(join(tmpdir(), 'mptcp-'))
    const path = join(directory, 'mptcp-routes')
    writeFileSync(path, text.slice(0, text.lastIndexOf('\nmain()')), { mode: 0o755 })
    const starts = [spawnSync(path), spawnSync(process.execPath, [path])]
    rmSync(directory, { recursive: true })
    expect(starts.map(({ status }) => status)).toEqual([1, 1])
    expect(`${starts[0]?.stderr}`).toBe(
      `mptcp-routes: ${path} cannot be run, please install it again: it is cut off\n`,
    )
  })

  it('needs nothing but node', () => {
    const modules = [...text.matchAll(/\brequire\("([^"]+)"\)/g)].map((match) => match[1] ?? '')
    expect(modules.filter((module) => !isBuiltin(module))).toEqual([])
  })

  it('has the licences of what it holds', () => {
    const licence = (file: string) => read(file).trim().replace(/^/gm, '// ').replace(/ +$/gm, '')
    for (const file of ['commander/LICENSE', 'string-width/license', 'emoji-regex/LICENSE-MIT.txt']) {
      expect(text).toContain(licence(`node_modules/${file}`))
    }
  })
})

describe('the build', () => {
  let tree = ''
  const write = (path: string, text: string) => writeFileSync(join(tree, path), text)
  const build = () => spawnSync(process.execPath, [join(tree, 'hooks/build.mjs')], { encoding: 'utf8' })

  beforeEach(() => {
    tree = mkdtempSync(join(tmpdir(), 'mptcp-'))
    mkdirSync(join(tree, 'dist'))
    for (const path of ['LICENSE', 'package.json', 'hooks']) {
      cpSync(new URL(`../${path}`, import.meta.url), join(tree, path), { recursive: true })
    }
    symlinkSync(fileURLToPath(new URL('../node_modules', import.meta.url)), join(tree, 'node_modules'))
    for (const name of ['mptcp_up', 'mptcp_down', 'mptcp-routes']) {
      write(`hooks/${name}.ts`, `console.log('${name}')\n`)
    }
  })

  afterEach(() => {
    rmSync(tree, { recursive: true })
  })

  it('takes every entry, each with its own preamble or that of the hooks, and leaves nothing else', () => {
    write('hooks/mptcp-other.ts', 'console.log(process.argv.slice(2))\nprocess.exitCode = 0\n')
    write('hooks/mptcp-other.sh', '#!/bin/sh\n\':\' /* #\nexec node -e \'@LOADER@\' -- "$0" one "$@"\n*/\n')
    for (const left of ['.mptcp_up.new', 'mptcp_gone']) {
      write(`dist/${left}`, '')
    }
    mkdirSync(join(tree, 'dist/directory'))
    expect(build()).toMatchObject({ status: 0, stderr: '' })
    expect(readdirSync(join(tree, 'dist'))).toEqual([
      ...['cache.cjs', 'mptcp-other', 'mptcp-routes', 'mptcp_down', 'mptcp_up'],
    ])
    expect(spawnSync(join(tree, 'dist/mptcp-other'), ['two'], { encoding: 'utf8' })).toMatchObject({
      ...{ status: 0, stdout: "[ 'one', 'two' ]\n", stderr: '' },
    })
  })

  it.each([
    ['an entry', 'mptcp_down.ts', 'import "./missing.ts"'],
    ['a preamble', 'mptcp_down.sh', "#!/bin/sh\n':' /* #\nls */\n*/\n"],
  ])('writes nothing where %s is wrong', (_, file, text) => {
    write('dist/mptcp_up', 'as it was')
    write(`hooks/${file}`, text)
    expect(build().status).toBe(1)
    expect(readdirSync(join(tree, 'dist'))).toEqual(['mptcp_up'])
    expect(readFileSync(join(tree, 'dist/mptcp_up'), 'utf8')).toBe('as it was')
  })
})
