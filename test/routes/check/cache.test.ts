import { expect, it } from 'vitest'
import { readCaches } from '../../../src/routes/check/cache.ts'
import type { FileStatus, Machine } from '../../../src/routes/check/machine.ts'
import type { Edge } from '../../../src/words/edge.ts'

const HOOK = '/etc/network/if-up.d/mptcp_up'
const DIRECTORY = '/var/cache/ifupdown-mptcp'
const TEXT = 'code\n// ifupdown-mptcp:\n'

const STATUS: FileStatus = { isFile: true, uid: 0, mode: 0o755 }

/** The cache of mptcp_up, and what was started to judge it. */
function judge(changes: Readonly<Record<string, Partial<FileStatus>>>, maker = '/tree of mine/cache.cjs') {
  const files: Readonly<Record<string, string>> = { [HOOK]: TEXT, [`${DIRECTORY}/mptcp_up`]: `${TEXT}data` }
  const started: string[] = []
  const machine: Partial<Machine> = {
    status: (path) =>
      path in files || [DIRECTORY, maker].includes(path) ? { ...STATUS, ...changes[path] } : undefined,
    run: (file) => {
      started.push(file)
      return { status: 0, stdout: '', stderr: '' }
    },
  }
  const edge: Partial<Edge> = { readFile: (path) => files[path] }
  const query = { edge: edge as Edge, machine: machine as Machine, directory: '/tree of mine' }
  return { ...readCaches(query).find(({ program }) => program === 'mptcp_up'), started }
}

const MAKE = `IFACE=mptcp-check0 IF_ADDRESS=192.0.2.2/24 IF_GATEWAY=192.0.2.1 node '/tree of mine/cache.cjs' ${HOOK} -n >/dev/null 2>&1`

it('asks Node whether a cache counts, and gives its maker to a shell as one word', () => {
  expect(judge({})).toEqual({ program: 'mptcp_up', state: 'fresh', cure: MAKE, started: ['node'] })
})

it.each([
  ['a directory that others write to', { [DIRECTORY]: { mode: 0o777 } }],
  ["a directory of somebody's", { [DIRECTORY]: { uid: 1000 } }],
  ['a file that a group writes to', { [`${DIRECTORY}/mptcp_up`]: { mode: 0o664 } }],
])('hands V8 nothing out of %s: it goes, and is made anew', (_, changes) => {
  const clear = `chown root: ${DIRECTORY} && chmod 755 ${DIRECTORY} && rm ${DIRECTORY}/mptcp_up`
  expect(judge(changes)).toEqual({
    ...{ program: 'mptcp_up', state: 'unsafe', started: [] },
    cure: `${clear} && ${MAKE}`,
  })
})

it('takes an unsafe one out where nobody can make another', () => {
  expect(judge({ [DIRECTORY]: { mode: 0o777 } }, 'none').cure).toMatch(/ && rm \S+$/)
})
