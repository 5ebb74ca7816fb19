import { spawnSync } from 'node:child_process'
import { readFileSync, statSync } from 'node:fs'
import { isBuiltin } from 'node:module'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

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
