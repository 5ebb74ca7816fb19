import { readFileSync } from 'node:fs'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { describe, expect, it } from 'vitest'
import { parseConnections } from '../../../src/routes/connections.ts'
import { formatJson } from '../../../src/routes/status/json.ts'
import { ETH0, ETH1, PAGE, stanza, T1, THEN } from '../../plan/worlds.ts'
import { SOUND, STANZAS } from '../check/points.ts'
import { statusOf, type Told, without } from './host.ts'

const read = (path: string) => readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8')
const ajv = new Ajv2020({ allErrors: true, allowUnionTypes: true })
const validate = ajv.compile(JSON.parse(read('docs/mptcp-routes-status.schema.json')))

const connections = parseConnections(read('test/fixtures/sockets/client'))

const HOSTS: readonly [string, readonly string[], Told][] = [
  ['sound', [...SOUND, 'setting eth0 inet 1 ours'], { connections, counters: { MPJoinSynTx: 4 } }],
  ['without ss', SOUND, { connections: undefined }],
  ['incomplete', without(SOUND, /rule from|endpoint/), {}],
  [
    'without records',
    [PAGE, ETH0, ETH1, 'endpoint 10.1.1.9 port 99 id 9 signal rawflags 10'],
    { stanzas: [] },
  ],
  ['down', [...SOUND, 'link eth1 down'], { stanzas: [...STANZAS, stanza('wwan0')], down: ['eth2'] }],
  ['dead', [...SOUND, `detour inet ${T1}`], { deaths: ['eth0'] }],
  ['off', [PAGE, 'mptcp off'], { stanzas: [stanza('eth0', { IF_MPTCP: 'off' })] }],
  ['empty', ['link lo'], { stanzas: [] }],
]

describe.each(HOSTS)('a host: %s', (_, lines, told) => {
  it('is as the schema says', () => {
    const value = JSON.parse(formatJson(statusOf(lines, told), '1.2.3'))
    expect(validate(value) ? [] : validate.errors).toEqual([])
    expect(value.version).toBe('1.2.3')
  })
})

it('tells what is dead and what is led round it', () => {
  const host = [...SOUND, `detour inet ${T1}`]
  const value = JSON.parse(formatJson(statusOf(host, { deaths: ['eth0'] }), '1.2.3'))
  expect(value.uplinks.map(({ dead }: { dead: unknown }) => dead)).toEqual([
    { since: THEN.toISOString(), why: 'no carrier' },
    null,
  ])
  expect(value.detours).toEqual([{ family: 'inet', table: T1, devices: ['eth1'] }])
})

describe('the schema', () => {
  it('refuses what is no status', () => {
    const value = JSON.parse(formatJson(statusOf(SOUND), '1.2.3'))
    expect(validate({ ...value, uplinks: [{ ...value.uplinks[0], state: 'sideways' }] })).toBe(false)
    expect(validate({ ...value, pending: undefined })).toBe(false)
  })
})

describe('formatJson', () => {
  it('tells what programs ask for', () => {
    const lines = [...SOUND, 'setting eth1 inet 1 ours']
    const { uplinks } = JSON.parse(formatJson(statusOf(lines), '1.2.3'))
    expect(uplinks[1]).toMatchObject({
      ...{ device: 'eth1', family: 'inet', state: 'up', gateway: '10.1.2.1', problems: [], metric: null },
      linkdown: { value: 1, ours: true },
      addresses: [
        {
          ...{ address: '10.1.2.2', rule: { priority: 31000 }, barrier: { priority: 31001 } },
          endpoint: { id: 255, ours: true },
        },
      ],
    })
  })
})
