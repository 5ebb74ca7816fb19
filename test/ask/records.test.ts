import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import {
  lockPath,
  markLeaving,
  type RecordedLease,
  type RecordedStanza,
  readRecords,
  removeLease,
  removeOutdated,
  removeStanzas,
  writeLease,
  writeStanza,
  writeTombstone,
} from '../../src/ask/records.ts'
import { createEdge } from '../../src/kernel/edge.ts'
import type { Edge } from '../../src/words/edge.ts'

const BOOT_ID = '/proc/sys/kernel/random/boot_id'
const DIRECTORY = '/run/mptcp-routes/4-4026531840'

/** What stands where; a test looks at it and changes it. */
let files: Map<string, string>
let edge: Edge

beforeEach(() => {
  files = new Map([[BOOT_ID, 'b1\n']])
  edge = {
    ...createEdge({}),
    readFile: (path) => files.get(path),
    listDirectory: (path) =>
      [...files.keys()]
        .filter((file) => dirname(file) === path)
        .map(fileName)
        .sort(),
    writeFile: (path, text) => files.set(path, text) === files,
    removeFile: (path) => void files.delete(path),
    networkNamespace: () => '4-4026531840',
  }
})

function fileName(path: string): string {
  return basename(path)
}

const STANZA: RecordedStanza = {
  iface: 'eth1',
  family: 'inet',
  address: '10.1.2.2',
  order: 1,
  variables: { METHOD: 'static', IF_ADDRESS: '10.1.2.2/24', IF_MPTCP_TABLE: '70' },
  door: 'ifupdown',
  mac: '02:00:00:00:00:01',
  leaving: undefined,
}
const BARE: RecordedStanza = { ...STANZA, address: undefined, mac: undefined, variables: {}, door: 'hand' }
const SIX: RecordedStanza = { ...STANZA, family: 'inet6', address: '2001:db8:2::2' }

function stanza(changes: Partial<RecordedStanza>): RecordedStanza {
  return { ...STANZA, ...changes }
}

function record(...stanzas: RecordedStanza[]): void {
  for (const one of stanzas) {
    expect(writeStanza(edge, one)).toBe(true)
  }
}

/** The names of the records' files. */
function names(): readonly string[] {
  return edge.listDirectory(DIRECTORY)
}

it.each([
  ['all that a stanza can say', STANZA],
  ['what is not said', BARE],
  ['IPv6', SIX],
  ['an interface that is leaving', stanza({ leaving: 1_795_392_000_000 })],
  ['a value of several lines', stanza({ variables: { IF_MPTCP_GATEWAY: '10.1.2.1\n"x"\\', METHOD: '' } })],
])('keeps %s', (_what, kept) => {
  record(kept)
  expect(readRecords(edge)).toStrictEqual({
    stanzas: [kept],
    down: [],
    leases: [],
    notices: [],
    outdated: [],
  })
})

it('finds nothing, and reads nothing, where there is no directory', () => {
  const read: string[] = []
  const watched = { ...edge, readFile: (path: string) => void read.push(path) }
  expect([readRecords(watched), read]).toEqual([
    { stanzas: [], down: [], leases: [], notices: [], outdated: [] },
    [],
  ])
})

it('has one record for an interface, family and address, and the later word counts', () => {
  const others = [BARE, SIX, stanza({ iface: 'eth1:1' }), stanza({ iface: 'eth10' })]
  record(STANZA, ...others, stanza({ door: 'hand' }))
  const { stanzas } = readRecords(edge)
  expect(stanzas).toHaveLength(5)
  expect(stanzas).toEqual(expect.arrayContaining([...others, stanza({ door: 'hand' })]))
})

it('names files as people would', () => {
  record(BARE, SIX, stanza({ iface: 'eth1:1' }))
  writeTombstone(edge, 'eth0', 'inet')
  expect(names()).toEqual([
    'down,inet,eth0,',
    'inet,eth1,-',
    'inet,eth1:1,10.1.2.2',
    'inet6,eth1,2001:db8:2::2',
  ])
})

it.each([
  '.',
  '..',
  '../../etc/passwd',
  'a/b',
  'a,b',
  'µ\u{1f600}',
  '\ud800',
  'x'.repeat(127),
  'µ'.repeat(300),
])('puts the interface %j into one file of its directory', (iface) => {
  record(stanza({ iface, address: iface }))
  expect([...files.keys()].map(dirname)).toEqual([dirname(BOOT_ID), DIRECTORY])
  expect(names()[0]).toSatisfy((name: string) => name.length <= 200 && /^inet,[^,/]+,[^,/]+$/.test(name))
})

it('tells long names apart', () => {
  const [one, other] = ['x'.repeat(127), `${'x'.repeat(126)}y`] as const
  record(stanza({ iface: one }), stanza({ iface: other }))
  removeStanzas(edge, one, ['inet'])
  expect(readRecords(edge).stanzas).toEqual([stanza({ iface: other })])
})

describe('down', () => {
  it('removes what is recorded of exactly the interface and the families, whatever the address, damaged or not', () => {
    const others = [SIX, stanza({ iface: 'eth1:1' }), stanza({ iface: 'eth10' }), stanza({ iface: 'eth' })]
    record(STANZA, BARE, stanza({ address: '10.1.2.9' }), ...others)
    files.set(`${DIRECTORY}/inet,eth1,10.1.2.7`, '{')
    removeStanzas(edge, 'eth1', ['inet'])
    expect(names()).toHaveLength(others.length)
    removeStanzas(edge, 'eth1', ['inet', 'inet6'])
    expect(readRecords(edge)).toEqual({
      stanzas: expect.arrayContaining(others.slice(1)),
      down: [],
      leases: [],
      notices: [],
      outdated: [],
    })
    expect(names()).toHaveLength(others.length - 1)
  })

  it('leaves a tombstone until the next up of the interface and family', () => {
    expect(writeTombstone(edge, 'eth1', 'inet')).toBe(true)
    removeStanzas(edge, 'eth1', ['inet', 'inet6'])
    record(SIX, stanza({ iface: 'eth1:1' }))
    expect(readRecords(edge).down).toStrictEqual([{ iface: 'eth1', family: 'inet' }])
    record(BARE)
    expect(readRecords(edge).down).toEqual([])
  })

  it('marks both families of exactly the interface as leaving, until it is asked for again', () => {
    const now = new Date(5000)
    const others = [stanza({ iface: 'eth1:1' }), stanza({ iface: 'eth10' })]
    record(STANZA, SIX, ...others)
    markLeaving(edge, 'eth1', now)
    const marked = [STANZA, SIX].map((one) => ({ ...one, leaving: 5000 }))
    expect(readRecords(edge).stanzas).toEqual(expect.arrayContaining([...marked, ...others]))
    record(STANZA)
    expect(readRecords(edge).stanzas).toContainEqual(STANZA)
  })

  it('has nothing to mark where nothing was recorded', () => {
    markLeaving(edge, 'eth1', new Date(5000))
    expect(names()).toEqual([])
  })
})

describe('a record', () => {
  const file = 'inet,eth1,10.1.2.2'
  const path = `${DIRECTORY}/${file}`

  function written(): Record<string, unknown> {
    record(STANZA)
    return JSON.parse(files.get(path) ?? '')
  }

  /** The record with other values in its stanza. */
  function withFields(changes: object): string {
    const whole = written()
    return JSON.stringify({ ...whole, stanza: { ...(whole['stanza'] as object), ...changes } })
  }

  it('of an earlier boot does not count, without a word, whatever its version, and goes when it is told to', () => {
    record(STANZA, SIX)
    files.set(path, JSON.stringify({ ...written(), version: 2, boot: 'b0' }))
    writeTombstone(edge, 'eth7', 'inet')
    files.set(BOOT_ID, 'b2\n')
    const outdated = names()
    expect(outdated).toHaveLength(3)
    expect(readRecords(edge)).toEqual({ stanzas: [], down: [], leases: [], notices: [], outdated })
    expect(names()).toEqual(outdated)
    removeOutdated(edge, outdated.slice(1))
    expect(names()).toEqual(outdated.slice(0, 1))
  })

  it('counts where the kernel hides its boot', () => {
    files.delete(BOOT_ID)
    record(STANZA)
    expect(readRecords(edge).stanzas).toEqual([STANZA])
  })

  const where = `and does not count (it is in ${DIRECTORY})`

  it('of another version is named, does not count, and is replaced', () => {
    files.set(path, JSON.stringify({ ...written(), version: 2 }))
    const notices = [`record "${file}" is of version 2 instead of 1 ${where}`]
    expect(readRecords(edge)).toEqual({ stanzas: [], down: [], leases: [], notices, outdated: [] })
    record(STANZA)
    expect(readRecords(edge)).toEqual({ stanzas: [STANZA], down: [], leases: [], notices: [], outdated: [] })
  })

  it.each([
    '',
    '{',
    'null',
    '[]',
    '"text"',
    '{}',
    '{"version":1,"boot":"b1"}',
    '{"version":"1"}',
    '\0',
    '['.repeat(1e5),
  ])('that holds %j is named and does not count', (text) => {
    record(SIX)
    files.set(path, text)
    const notices = [`record "${file}" is damaged ${where}`]
    expect(readRecords(edge)).toEqual({ stanzas: [SIX], down: [], leases: [], notices, outdated: [] })
  })

  it.each([
    { iface: '' },
    { iface: 7 },
    { iface: 'eth1\nlink set lo down' },
    { iface: 'eth 1' },
    { iface: ':1' },
    { family: 'meta' },
    { family: ['inet'] },
    { address: 7 },
    { address: null },
    { order: '1' },
    { order: 1.5 },
    { variables: undefined },
    { variables: [] },
    { variables: { PATH: '/tmp' } },
    { variables: { IF_ADDRESS: 7 } },
    { door: undefined },
    { mac: {} },
    { leaving: '5000' },
    { leaving: null },
  ])('with %j is damaged', (changes) => {
    files.set(path, withFields(changes))
    expect(readRecords(edge)).toEqual({
      stanzas: [],
      down: [],
      leases: [],
      notices: [`record "${file}" is damaged ${where}`],
      outdated: [],
    })
  })

  it.each([{ iface: 'eth0' }, { family: 'inet6' }, { address: undefined }])(
    'with %j under the name of another does not count',
    (changes) => {
      files.set(path, withFields(changes))
      expect(readRecords(edge)).toMatchObject({ stanzas: [], notices: [/is not what its name says/] })
    },
  )

  it('loses what nobody asked for', () => {
    files.set(path, withFields({ surplus: 1 }))
    expect(readRecords(edge).stanzas).toStrictEqual([STANZA])
  })

  it.each(['\n', '\u001b[2J', 'inet,eth1', 'down', '=', 'x'.repeat(255)])(
    'under the name %j costs a notice of one line',
    (name) => {
      files.set(`${DIRECTORY}/${name}`, withFields({}))
      const { notices } = readRecords(edge)
      expect(notices).toEqual([
        expect.stringMatching(/^record "[ -~…]{1,70}" is not what its name says and /),
      ])
    },
  )

  it('that is no file is damaged, one that has just gone is nothing', () => {
    record(STANZA)
    const unreadable = { ...edge, readFile: (name: string) => (name === path ? undefined : files.get(name)) }
    expect(readRecords(unreadable).notices).toHaveLength(1)
    const readFile = (name: string) => {
      files.delete(path)
      return files.get(name)
    }
    expect(readRecords({ ...edge, readFile })).toEqual({
      stanzas: [],
      down: [],
      leases: [],
      notices: [],
      outdated: [],
    })
  })

  it('that is being written is none', () => {
    files.set(`${DIRECTORY}/.77.new`, '{')
    expect(readRecords(edge).notices).toEqual([])
  })
})

describe('without a place', () => {
  it('nothing is kept where /run cannot be written', () => {
    edge = { ...edge, writeFile: () => false }
    expect([writeStanza(edge, STANZA), writeTombstone(edge, 'eth1', 'inet')]).toEqual([false, false])
  })

  it('nothing is kept, read or locked where the namespace is not told', () => {
    edge = { ...edge, networkNamespace: () => undefined }
    expect([writeStanza(edge, STANZA), writeTombstone(edge, 'eth1', 'inet'), lockPath(edge)]).toEqual([
      ...[false, false, undefined],
    ])
    removeStanzas(edge, 'eth1', ['inet'])
    markLeaving(edge, 'eth1', new Date(0))
    expect(readRecords(edge)).toEqual({ stanzas: [], down: [], leases: [], notices: [], outdated: [] })
  })
})

it('knows one lock for each network namespace, outside of the records', () => {
  expect(lockPath(edge)).toBe('/run/mptcp-routes/4-4026531840.lock')
  expect(dirname(lockPath(edge) ?? '')).not.toBe(DIRECTORY)
})

it('stands on real files', () => {
  const scratch = mkdtempSync(join(tmpdir(), 'mptcp-'))
  const real = createEdge({})
  const placed: Edge = {
    ...real,
    readFile: (path) => real.readFile(path.replace('/run', scratch)),
    listDirectory: (path) => real.listDirectory(path.replace('/run', scratch)),
    writeFile: (path, text) => real.writeFile(path.replace('/run', scratch), text),
    removeFile: (path) => real.removeFile(path.replace('/run', scratch)),
  }
  try {
    const long = stanza({ iface: `${'µ'.repeat(60)}:${'1'.repeat(300)}`, address: '2001:db8::'.repeat(20) })
    expect([STANZA, SIX, long].map((one) => writeStanza(placed, one))).toEqual([true, true, true])
    writeTombstone(placed, 'eth0', 'inet')
    expect(readRecords(placed).stanzas).toEqual(expect.arrayContaining([STANZA, SIX, long]))
    removeStanzas(placed, 'eth1', ['inet', 'inet6'])
    expect(readRecords(placed)).toEqual({
      stanzas: [long],
      down: [{ iface: 'eth0', family: 'inet' }],
      leases: [],
      notices: [],
      outdated: [],
    })
  } finally {
    rmSync(scratch, { recursive: true })
  }
})

describe('a lease', () => {
  const LEASE: RecordedLease = {
    ...{ iface: 'eth1', family: 'inet', door: 'dhclient', address: '10.1.2.50', routers: ['10.1.2.1'] },
    ...{ provider: 'dsl-provider', since: 12.5, mac: '02:00:00:00:00:01' },
  }
  const place = `${DIRECTORY}/lease,inet,eth1,dhclient`

  it.each([
    ['all that it can say', LEASE],
    [
      'what is not told',
      { ...LEASE, address: undefined, routers: [], provider: undefined, since: undefined },
    ],
  ])('keeps %s', (_, lease) => {
    expect(writeLease(edge, lease)).toBe(true)
    expect(readRecords(edge)).toEqual({ stanzas: [], down: [], leases: [lease], notices: [], outdated: [] })
  })

  it('is one a door, interface and family, beside the interface’s stanzas', () => {
    const others = [
      { ...LEASE, door: 'dhcpcd' },
      { ...LEASE, iface: 'eth0' },
    ]
    for (const lease of [LEASE, ...others, { ...LEASE, routers: [] }]) {
      writeLease(edge, lease)
    }
    record(STANZA)
    removeStanzas(edge, 'eth1', ['inet', 'inet6'])
    expect(readRecords(edge).leases).toHaveLength(3)
    removeLease(edge, LEASE)
    expect(readRecords(edge).leases).toEqual(expect.arrayContaining(others))
    expect(names()).not.toContain('lease,inet,eth1,dhclient')
  })

  it.each([
    { iface: 'eth1\nlink' },
    { family: 'inet6' },
    { door: '' },
    { address: '10.1.2.300' },
    { routers: '10.1.2.1' },
    { routers: ['10.1.2.1', 'fe80::1'] },
    { routers: [7] },
    { provider: 7 },
    { since: 'now' },
    { mac: {} },
  ])('with %j is damaged', (changes) => {
    writeLease(edge, LEASE)
    const written = JSON.parse(files.get(place) ?? '')
    files.set(place, JSON.stringify({ ...written, lease: { ...LEASE, ...changes } }))
    expect(readRecords(edge)).toMatchObject({ leases: [], notices: [expect.stringMatching(/is damaged/)] })
  })
})
