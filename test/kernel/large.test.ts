import { describe, expect, it } from 'vitest'
import { isLarge } from '../../src/kernel/large.ts'
import { readSnapshot } from '../../src/kernel/read.ts'
import { refusalOf, type Scene, stage } from '../captured.ts'

const FIB = '/proc/net/fib_triestat'
const RT6 = '/proc/net/rt6_stats'

describe('isLarge', () => {
  const trie = (main: number, local: number) =>
    `Basic info:\nMain:\n\tAver depth:     1.60\n\tPrefixes:       ${main}\n\tInternal nodes: 4\nLocal:\n\tPrefixes:       ${local}\n`

  it.each([
    [trie(4000, 999), '0001 0001 0001 0010 0000 0000 0000', false],
    [trie(4000, 1000), '0001 0001 0001 0010 0000 0000 0000', true],
    [trie(10, 10), '0001 0001 0001 1387 0000 0000 0000', false],
    [trie(10, 10), '0001 0001 0001 1388 0000 0000 0000', true],
    [undefined, undefined, false],
  ])('of %j and %j is %s', (four, six, large) => {
    const { edge } = stage({ files: { [FIB]: four, [RT6]: six } })
    expect(isLarge(['inet', 'inet6'], edge)).toBe(large)
  })

  it('goes by the families that are read', () => {
    const { edge } = stage({ files: { [FIB]: trie(9000, 0) } })
    expect([isLarge(['inet'], edge), isLarge(['inet6'], edge)]).toEqual([true, false])
  })
})

describe('a host with very many routes', () => {
  const LARGE = { [FIB]: 'Main:\n\tPrefixes:       200000\n' }
  const SHOW = '-N -d -o route show'
  const read = (commands: Scene['commands'] = {}, devices = ['eth1'], tables: number[] = []) => {
    const set = stage({ files: LARGE, commands })
    return { seen: readSnapshot(['inet'], devices, tables, set.edge), reads: set.reads }
  }
  const LONG = '1 20.0.0.1 via 10.1.2.1 proto 12 scope 0 \n'.repeat(30_000)

  it('is asked for main, all defaults, ours, and the tables of the devices and the plan', () => {
    const { reads } = read({}, ['eth1'], [77, 254, 255])
    expect(reads).toEqual([
      '-N -d -o -force -batch -',
      ...['-4', '-6'].flatMap((family) => [
        ...[`${family} ${SHOW} table 77`, `${family} ${SHOW} table 1001`],
        ...[`${family} ${SHOW} table all default`, `${family} ${SHOW} table all proto 77`],
        `${family} ${SHOW} table main`,
      ]),
    ])
  })

  it('tells a route once that two answers hold, in the order of the table', () => {
    const { seen } = read({
      [`-4 ${SHOW} table 1001`]:
        '1 default via 10.1.2.9 dev eth1 proto 4 scope 0 \n1 default via 10.1.2.1 dev eth1 proto 77 scope 0 metric 9 \n',
      [`-4 ${SHOW} table all default`]: '1 default via 10.1.2.9 dev eth1 table 1001 proto 4 scope 0 \n',
      [`-4 ${SHOW} table all proto 77`]: '1 default via 10.1.2.1 dev eth1 table 1001 scope 0 metric 9 \n',
      [`-4 ${SHOW} table main`]: '1 10.1.2.0/24 dev eth1 proto 2 scope 253 src 10.1.2.2 \n',
    })
    expect(seen.routes.map(({ table, protocol, destination }) => [table, protocol, destination])).toEqual([
      [1001, 4, 'default'],
      [1001, 77, 'default'],
      [254, 2, '10.1.2.0/24'],
    ])
    expect(seen.crowded).toEqual([])
  })

  it('is asked by protocol and by device where main is long', () => {
    const { seen, reads } = read({
      [`-4 ${SHOW} table main`]: LONG,
      [`-4 ${SHOW} table main proto 4`]: '1 10.9.0.0/16 via 10.1.2.7 dev eth1 scope 0 \n',
      [`-4 ${SHOW} table main dev eth1`]:
        '1 10.9.0.0/16 via 10.1.2.7 proto 4 scope 0 \n1 10.8.0.0/16 via 10.1.2.7 proto 12 scope 0 \n',
    })
    expect(reads.filter((command) => command.includes('-4') && command.includes('main'))).toEqual([
      `-4 ${SHOW} table main`,
      ...[1, 2, 3, 4, 9, 16].map((protocol) => `-4 ${SHOW} table main proto ${protocol}`),
      `-4 ${SHOW} table main dev eth1`,
    ])
    expect(seen.routes.map(({ destination, protocol }) => [destination, protocol])).toEqual([
      ['10.9.0.0/16', 4],
      ['10.8.0.0/16', 12],
    ])
  })

  it('keeps what no daemon made of a device that is crowded', () => {
    const { seen } = read({
      [`-4 ${SHOW} table main`]: LONG,
      [`-4 ${SHOW} table main dev eth1`]: LONG,
      [`-4 ${SHOW} table all default`]: '1 default via 10.1.2.1 dev eth1 table 254 proto 12 scope 0 \n',
      [`-4 ${SHOW} table main proto 2`]: '1 10.1.2.0/24 dev eth1 scope 253 src 10.1.2.2 \n',
    })
    expect(seen.crowded).toEqual([{ family: 'inet', device: 'eth1' }])
    expect(seen.routes.map(({ destination }) => destination)).toEqual(['default', '10.1.2.0/24'])
  })

  it('does not take many static routes for a crowd', () => {
    const statics = Array.from({ length: 20_000 }, (_, i) => `20.${i >> 8}.${i & 255}.0/24`)
    const { seen } = read({
      [`-4 ${SHOW} table main`]: LONG,
      [`-4 ${SHOW} table main proto 4`]: statics.map((to) => `1 ${to} dev eth1 scope 253 \n`).join(''),
      [`-4 ${SHOW} table main dev eth1`]: statics.map((to) => `1 ${to} proto 4 scope 253 \n`).join(''),
    })
    expect([seen.routes.length, seen.crowded]).toEqual([20_000, []])
  })

  it('is asked for no device that is not there', () => {
    const { reads } = read({ [`-4 ${SHOW} table main`]: LONG }, ['eth7'])
    expect(reads.filter((command) => command.includes('dev'))).toEqual([])
  })

  const failing = (stderr: string, stdout = '') => {
    const { edge } = stage({ files: LARGE })
    return readSnapshot(['inet'], ['eth1'], [77], {
      ...edge,
      ip: (args, input) => (args.includes('77') ? { status: 2, stdout, stderr } : edge.ip(args, input)),
    })
  }

  it('has nothing in a table that is not there', () => {
    expect(failing('Error: ipv4: FIB table does not exist.\nDump terminated\n').routes).toEqual([])
  })

  it("ends in the kernel's words where it refuses", () => {
    expect(refusalOf(() => failing('RTNETLINK answers: Operation not permitted\nDump terminated\n'))).toBe(
      'Refusal: the kernel refused "ip -4 route show table 77": Operation not permitted',
    )
  })

  it('refuses an answer that is cut off', () => {
    expect(refusalOf(() => read({ [`-4 ${SHOW} table all proto 77`]: '1 default via 10' }))).toBe(
      'Refusal: "ip -4 route show table all proto 77" answered "1 default via 10", which is not understood: iproute2 6.1 or later is needed',
    )
  })
})
