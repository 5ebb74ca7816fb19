import { describe, expect, it } from 'vitest'
import { deriveTable, isUsableTable, parseTableNames } from '../../src/words/table.ts'

const COMMON_NAMES = [
  ...[
    'eth0',
    'eth1',
    'eth2',
    'eth10',
    'eth11',
    'wlan0',
    'wlan1',
    'wwan0',
    'wwan1',
    'usb0',
    'usb1',
    'ppp0',
    'ppp1',
  ],
  ...[
    'enp1s0',
    'enp2s0',
    'enp0s25',
    'enp0s31f6',
    'eno1',
    'ens18',
    'ens19',
    'end0',
    'enx001122334455',
    'lte',
    'wan',
  ],
  ...[
    'eth0.10',
    'eth0.100',
    'bond0',
    'br0',
    'vlan7',
    'eth01',
    'eth00',
    'eth65535',
    'eth65536',
    '0',
    '7',
    'a',
  ],
]

describe('deriveTable', () => {
  // Written down: an upgrade that changes them would leave the old tables behind.
  it.each([
    ['eth0', deriveTable('eth1') - 1],
    ['eth10', deriveTable('eth0') + 10],
    ['eth65535', deriveTable('eth0') + 65535],
  ])('keeps %s beside its namesakes', (device, table) => {
    expect(deriveTable(device)).toBe(table)
  })

  it('never changes', () => {
    expect(['eth0', 'enx001122334455'].map((name) => deriveTable(name))).toMatchInlineSnapshot(`
      [
        712179712,
        1188947610,
      ]
    `)
  })

  it('is distinct for all names that differ in their trailing number', () => {
    const tables = Array.from({ length: 65536 }, (_, i) => deriveTable(`eth${i}`))
    expect(new Set(tables).size).toBe(65536)
  })

  it('is distinct for the names that hosts have', () => {
    expect(new Set(COMMON_NAMES.map((name) => deriveTable(name))).size).toBe(COMMON_NAMES.length)
  })

  it.each([...COMMON_NAMES, 'x'.repeat(15), '@', 'eth-1'])('is usable and signed for %s', (device) => {
    expect(deriveTable(device)).toSatisfy((id: number) => id >= 65536 && id < 2 ** 31 && isUsableTable(id))
  })
})

it.each([
  [1, true],
  [252, true],
  [256, true],
  [4294967295, true],
  [0, false],
  [253, false],
  [254, false],
  [255, false],
  [4294967296, false],
  [-1, false],
  [1.5, false],
  [Number.NaN, false],
])('table %d is usable: %s', (id, usable) => {
  expect(isUsableTable(id)).toBe(usable)
})

describe('parseTableNames', () => {
  it('reads numbers in both notations, past comments and blank lines', () => {
    const text = '#\n# reserved values\n#\n255\tlocal\n\n  100 wan0 # comment\n0x65 wan1\n#102 wan2\n103\n'
    expect([...parseTableNames([text])]).toEqual([
      ['local', 255],
      ['wan0', 100],
      ['wan1', 101],
    ])
  })

  it('lets a later file win', () => {
    expect(parseTableNames(['100 wan', '200 wan\n']).get('wan')).toBe(200)
  })
})
