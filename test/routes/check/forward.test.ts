import { describe, expect, it } from 'vitest'
import { checkForwarding, type Passage, readPassage } from '../../../src/routes/check/forward.ts'
import type { Edge } from '../../../src/words/edge.ts'
import { stanza, world } from '../../plan/worlds.ts'
import { FORWARDED, forwarding, STANDING } from '../forwarded.ts'
import { say, stepOf } from './points.ts'

const OPEN: Passage = {
  forwarding: new Set(['inet eth0', 'inet eth1', 'inet6 eth0', 'inet6 eth1']),
  ...{ byMark: new Set(), tracks: true },
}
const filtersOf = (values: object) => new Map<string, number>(Object.entries(values))
const STRICT =
  'strict rp_filter drops what is forwarded, as it does not look at marks | sysctl -w net.ipv4.conf.all.src_valid_mark=1, and the same line in a file of /etc/sysctl.d'

function told(passage: Partial<Passage> = {}, filters = {}, lines: readonly string[] = STANDING, facts = {}) {
  const step = stepOf(world(...lines), FORWARDED, [], forwarding(facts))
  return say(checkForwarding({ step, passage: { ...OPEN, ...passage }, filters: filtersOf(filters) }))
}

describe('checkForwarding', () => {
  it('is content where all is in place', () => {
    expect(told()).toEqual(['ok replies of what is forwarded leave by the uplink that asked: eth0 and eth1'])
  })

  it('has nothing to say where nobody asks', () => {
    const step = stepOf(world(...STANDING), [stanza('eth0')])
    expect(checkForwarding({ step, passage: { ...OPEN, tracks: false }, filters: new Map() })).toEqual([])
  })

  it('counts rp_filter and src_valid_mark as the kernel does: the greater of two', () => {
    expect(told({}, { eth1: 1, all: 0 })).toEqual([`fail eth1: ${STRICT}`])
    expect(told({}, { eth0: 0, eth1: 0, all: 1 })).toEqual([`fail eth0: ${STRICT}`, `fail eth1: ${STRICT}`])
    expect(told({}, { eth1: 1, all: 2 })).toHaveLength(1)
    expect(told({ byMark: new Set(['eth1']) }, { eth1: 1 })[0]).toMatch(/^ok /)
    expect(told({ byMark: new Set(['all']) }, { eth0: 1, eth1: 1 })[0]).toMatch(/^ok /)
  })

  it('tells where nothing is forwarded, or tracked', () => {
    expect(told({ forwarding: new Set(['inet eth0']) })).toEqual([
      'warn eth1: forwarding of inet is off: mptcp-forward has no effect | sysctl -w net.ipv4.ip_forward=1, and the same line in a file of /etc/sysctl.d',
    ])
    expect(told({ tracks: false })).toEqual([
      'fail the kernel tracks no connections, so none can be marked | modprobe nf_conntrack',
    ])
  })

  it('tells of a table that somebody has taken', () => {
    expect(told({}, {}, STANDING, { standing: { owner: 'nobody' } })).toEqual([
      'fail the nft table "inet mptcp_routes" is missing: what is forwarded is not marked | mptcp-routes apply',
    ])
  })
})

it('readPassage reads what the kernel goes by', () => {
  const files: Record<string, string> = {
    '/proc/sys/net/ipv4/conf/eth0/forwarding': '1\n',
    '/proc/sys/net/ipv4/conf/eth1/forwarding': '0\n',
    '/proc/sys/net/ipv6/conf/all/forwarding': '1\n',
    '/proc/sys/net/ipv4/conf/all/src_valid_mark': '1\n',
    '/proc/sys/net/netfilter/nf_conntrack_max': '65536\n',
  }
  const edge = { readFile: (path: string) => files[path] } as Edge
  expect(readPassage(edge, ['eth0', 'eth1'])).toEqual({
    forwarding: new Set(['inet eth0', 'inet6 eth0', 'inet6 eth1', 'inet6 all']),
    ...{ byMark: new Set(['all']), tracks: true },
  })
})
