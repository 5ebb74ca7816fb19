import { describe, expect, it } from 'vitest'
import { startTrail } from '../../../src/routes/watch/trail.ts'
import { planWhole } from '../../../src/whole.ts'
import type { Edge } from '../../../src/words/edge.ts'
import { change, hostWith, PAGE } from '../../fake-host.ts'
import { createFakeNft } from '../../fake-kernel/nft.ts'

/** What a look at the page's host has read. */
function lookAt(edge: Edge) {
  const trail = startTrail(edge)
  planWhole({ edge: trail.edge, env: {}, sections: [], devices: ['eth0', 'eth1'], flush: false })
  return trail
}

describe('a trail', () => {
  it('is the same where nothing has happened', () => {
    const { edge } = hostWith(...PAGE)
    const trail = lookAt(edge)
    expect([trail.isSameNow(), trail.isSameNow()]).toEqual([true, true])
  })

  it.each([
    'rule add from 10.1.2.2 lookup 99 priority 500 protocol 4',
    'addr add 10.1.2.3/24 dev eth1',
    'route add default via 10.1.2.1 dev eth1 metric 9',
    'link set dev eth1 down',
    'mptcp endpoint add 10.1.2.2 dev eth1 subflow',
  ])('is another one after %s', (line) => {
    const host = hostWith(...PAGE)
    const trail = lookAt(host.edge)
    change(host, line)
    expect(trail.isSameNow()).toBe(false)
  })

  it('is another one where a record has come', () => {
    const { edge } = hostWith(...PAGE)
    const trail = lookAt(edge)
    edge.writeFile(`/run/mptcp-routes/${edge.networkNamespace()}/inet,eth1,-`, 'something')
    expect(trail.isSameNow()).toBe(false)
  })

  it('is another one where nft tells another table', () => {
    const { edge } = hostWith(...PAGE)
    const fake = createFakeNft()
    fake.table = 'table inet mptcp_routes {\n\tcomment "ifupdown-mptcp"\n}\n'
    const trail = startTrail({ ...edge, nft: fake.nft })
    trail.edge.nft(['list', 'table', 'inet', 'mptcp_routes'], '')
    expect(trail.isSameNow()).toBe(true)
    fake.table = undefined
    expect(trail.isSameNow()).toBe(false)
  })

  it('does not mind lifetimes that run down, but what comes of them', () => {
    const { edge } = hostWith(...PAGE)
    const answers = ['valid_lft 100sec preferred_lft 50sec', 'valid_lft 70sec preferred_lft 20sec']
    const answering = (text: string): Edge => ({
      ...edge,
      ip: () => ({ status: 0, stdout: text, stderr: '' }),
    })
    const reads = [...answers, 'deprecated valid_lft 40sec preferred_lft 0sec'].map(answering)
    let now = reads[0] as Edge
    const trail = startTrail({ ...edge, ip: (args, input) => now.ip(args, input) })
    trail.edge.ip([], '')
    const seen = reads.slice(1).map((read) => {
      now = read
      return trail.isSameNow()
    })
    expect(seen).toEqual([true, false])
  })

  it('cannot be told where dhcpcd was asked, nor before anything was read', () => {
    const { edge } = hostWith(...PAGE)
    const empty = startTrail(edge)
    const asking = lookAt({ ...edge, dhcpcdLease: () => '' })
    asking.edge.dhcpcdLease('eth1')
    expect([empty.isSameNow(), asking.isSameNow()]).toEqual([false, false])
  })
})
