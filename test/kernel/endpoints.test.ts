import { describe, expect, it } from 'vitest'
import { parseEndpoint, parseLimits, readMptcp } from '../../src/kernel/endpoints.ts'
import type { Endpoint } from '../../src/words/state.ts'
import { snapshot, stage } from '../captured.ts'

const PLAIN: Endpoint = {
  ...{ id: 1, address: '10.1.2.2', port: undefined, device: undefined, flags: [] },
  implicit: false,
}

describe('parseEndpoint', () => {
  it('reads a kernel', () => {
    const endpoints = [...snapshot('endpoints').endpoints].sort((a, b) => a.id - b.id)
    expect(endpoints).toEqual([
      { ...PLAIN, id: 1, device: 'eth1', flags: ['subflow', 'backup'] },
      { ...PLAIN, id: 2, port: 8080, device: 'eth1', flags: ['signal'] },
      { ...PLAIN, id: 3, address: '10.1.2.3', flags: ['subflow', 'fullmesh'] },
      { ...PLAIN, id: 4, address: '2001:db8:2::2', device: 'eth1', flags: ['signal'] },
      { ...PLAIN, id: 5, address: '10.1.2.4' },
    ])
    expect(
      snapshot('one-uplink')
        .endpoints.map(({ id }) => id)
        .sort(),
    ).toEqual([254, 255])
  })

  // What only a peer, or a newer ip, can bring about.
  it.each<[string, Partial<Endpoint>]>([
    ['10.1.2.2 id 1 rawflags 10 ', { implicit: true }],
    ['10.1.2.2 id 1 implicit dev eth1 ', { implicit: true, device: 'eth1' }],
    ['10.1.2.2 id 1 subflow rawflags 20 dev eth1 ', { flags: ['subflow', 'laminar'], device: 'eth1' }],
    ['10.1.2.2 id 1 subflow laminar ', { flags: ['subflow', 'laminar'] }],
    ['10.1.2.2 id 1 rawflags 30 ', { flags: ['laminar'], implicit: true }],
    ['10.1.2.2 id 1 rawflags 40 ', {}],
    ['10.1.2.2 port 99 id 1 signal ', { port: 99, flags: ['signal'] }],
    ['10.1.2.2 id 1 subflow dev backup ', { device: 'backup', flags: ['subflow'] }],
    ['10.1.2.2 id 1 subflow dev if7 ', { device: 'if7', flags: ['subflow'] }],
  ])('reads "%s"', (line, more) => {
    expect(parseEndpoint(line)).toEqual({ ...PLAIN, ...more })
  })

  it.each(['', 'null', '[]', '10.1.2.2 subflow', 'id 1 10.1.2.2', '10.1.2 id 1'])(
    'does not know "%s"',
    (line) => {
      expect(parseEndpoint(line)).toBeUndefined()
    },
  )
})

describe('parseLimits', () => {
  it('reads a kernel', () => {
    expect(snapshot('endpoints').limits).toEqual({ subflows: 5, addAddrAccepted: 1 })
  })

  it.each(['', 'subflows 2', 'add_addr_accepted 1 ', '{"subflows":2}'])('does not know "%s"', (line) => {
    expect(parseLimits(line)).toBeUndefined()
  })
})

describe('readMptcp', () => {
  it.each([
    ['1\n', '0\n', undefined, { enabled: true, pathManager: 'kernel' }],
    ['0\n', '0\n', 'kernel\n', { enabled: false, pathManager: 'kernel' }],
    ['1\n', undefined, 'kernel\n', { enabled: true, pathManager: 'kernel' }],
    ['1\n', '1\n', undefined, { enabled: true, pathManager: 'userspace' }],
    ['1\n', undefined, 'userspace\n', { enabled: true, pathManager: 'userspace' }],
    ['1\n', '2\n', 'bpf\n', { enabled: true, pathManager: 'userspace' }],
    [undefined, undefined, undefined, undefined],
  ])('enabled %j, pm_type %j, path_manager %j', (enabled, type, name, wanted) => {
    const files = {
      '/proc/sys/net/mptcp/enabled': enabled,
      '/proc/sys/net/mptcp/pm_type': type,
      '/proc/sys/net/mptcp/path_manager': name,
    }
    expect(readMptcp(stage({ files }).edge)).toEqual(wanted)
  })
})
