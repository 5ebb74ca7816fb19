import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { type Connection, parseConnections, readConnections } from '../../src/routes/connections.ts'
import { Refusal } from '../../src/words/refusal.ts'

const capture = (name: string) =>
  readFileSync(new URL(`../fixtures/sockets/${name}`, import.meta.url), 'utf8')
const connectionsOf = (name: string) => parseConnections(capture(name))
const byToken = (connections: readonly Connection[], token: string) =>
  connections.find((connection) => connection.token === token)

describe('parseConnections', () => {
  it('finds every connection of a client and its paths', () => {
    const seen = connectionsOf('client').map(({ token, local, peer, fallback, subflows }) => [
      token,
      `${local.address} ${local.port} → ${peer.address} ${peer.port}`,
      fallback,
      subflows.map((subflow) => subflow.local.address),
    ])
    expect(seen).toEqual([
      ['72df3219', '10.1.1.2 56314 → 203.0.113.2 5201', false, ['10.1.1.2', '10.1.2.2']],
      ['6b6c3b20', '10.1.1.2 56316 → 203.0.113.2 5201', false, ['10.1.1.2', '10.1.2.2']],
      ['9f1dbbd8', '10.1.1.2 60808 → 203.0.113.2 5203', true, ['10.1.1.2']],
      ['ed0165dc', '10.1.1.2 60802 → 203.0.113.2 5203', true, ['10.1.1.2']],
      ['51e807bc', '2001:db8:1::2 56204 → 2001:db8:ffff::2 5202', false, ['2001:db8:1::2', '2001:db8:2::2']],
      ['55b4aaad', '2001:db8:1::2 56188 → 2001:db8:ffff::2 5202', false, ['2001:db8:1::2', '2001:db8:2::2']],
    ])
  })

  it('tells what a path is: first or joined, backup, device, endpoint, and how it does', () => {
    const { subflows } = byToken(connectionsOf('client'), '6b6c3b20') as Connection
    expect(subflows).toEqual([
      {
        local: { family: 'inet', address: '10.1.1.2', port: 56316, device: undefined },
        peer: { family: 'inet', address: '203.0.113.2', port: 5201, device: undefined },
        state: 'ESTAB',
        joined: false,
        backup: false,
        endpoint: 0,
        sent: 37,
        received: 5053708,
        retransmissions: 0,
        timeouts: 0,
        rtt: 56.234,
      },
      {
        local: { family: 'inet', address: '10.1.2.2', port: 44683, device: 'eth1' },
        peer: { family: 'inet', address: '203.0.113.2', port: 5201, device: undefined },
        state: 'ESTAB',
        joined: true,
        backup: true,
        endpoint: 254,
        sent: 0,
        received: 0,
        retransmissions: 0,
        timeouts: 0,
        rtt: 0.031,
      },
    ])
  })

  it('counts what the peer has acknowledged, and what was sent again', () => {
    const [first, second] = byToken(connectionsOf('client'), '51e807bc')?.subflows ?? []
    expect([first?.sent, first?.retransmissions]).toEqual([260178 - 1, 8])
    expect([second?.sent, second?.retransmissions, second?.backup]).toEqual([2007501 - 1, 121, false])
  })

  it('finds a server’s, where IPv4 comes on a socket of IPv6 and the peer asks for backup', () => {
    const connections = connectionsOf('server')
    expect(connections).toHaveLength(4)
    const { local, peer, subflows } = byToken(connections, '3c73f70f') as Connection
    expect([local.family, local.address, peer.address]).toEqual(['inet', '203.0.113.2', '10.1.1.2'])
    expect(subflows.map((flow) => [flow.peer.address, flow.joined, flow.backup])).toEqual([
      ['10.1.1.2', false, false],
      ['10.1.2.2', true, true],
    ])
  })

  it('finds the same without root', () => {
    const paths = (name: string) =>
      connectionsOf(name).map(({ token, subflows }) => [token, subflows.map(({ local }) => local)])
    expect(paths('unprivileged')).toEqual(paths('client'))
  })

  it('finds a cut path still there, without an answer', () => {
    const [first, second] = byToken(connectionsOf('client-cut'), '51e807bc')?.subflows ?? []
    expect(second).toMatchObject({ state: 'ESTAB', timeouts: 3, local: { device: 'eth1' } })
    expect(first?.timeouts).toBe(0)
  })

  it('is empty on a quiet host, and leaves out plain TCP and paths of closed connections', () => {
    expect(parseConnections('')).toEqual([])
    const onlyTcp = capture('client')
      .split('\n')
      .filter((line) => line.startsWith('tcp'))
    expect(onlyTcp).toHaveLength(10)
    expect(parseConnections(onlyTcp.join('\n'))).toEqual([])
  })

  it('knows no round trip of a path that has had no answer', () => {
    const lines = [
      'mptcp ESTAB 0 0 10.1.1.2:5 203.0.113.2:80 token:0a0b0c0d',
      'tcp SYN-SENT 0 1 10.1.2.2%eth1:6 203.0.113.2:80 reno tcp-ulp-mptcp flags:j token:01020304(id:0)/0a0b0c0d(id:254)',
    ]
    const [connection] = parseConnections(lines.join('\n'))
    expect(connection?.subflows).toMatchObject([
      { state: 'SYN-SENT', rtt: undefined, sent: 0, received: 0, retransmissions: 0, joined: true },
    ])
  })

  it.each([
    'garbage',
    'tcp ESTAB 0 0 10.1.1.2:5',
    'udp ESTAB 0 0 10.1.1.2:5 10.1.1.1:6',
    'tcp ESTAB 0 0 x:5 y:6',
  ])('refuses %j, so that a part never passes for the whole', (line) => {
    expect(() => parseConnections(`${capture('client')}${line}\n`)).toThrow(
      new Refusal(`ss answers "${line}", which is no socket (package iproute2)`),
    )
  })
})

describe('readConnections', () => {
  const edge = (status: number, stderr: string) => ({
    ss: (args: readonly string[]) => ({
      status,
      stderr,
      stdout: args.join('') === '-H-O-M-t-n-i' ? capture('client') : '',
    }),
  })

  it('asks once', () => {
    expect(readConnections(edge(0, ''))).toEqual(connectionsOf('client'))
  })

  it('refuses an answer that did not end well, in its words', () => {
    expect(() => readConnections(edge(255, 'ss: no\nmore\n'))).toThrow(
      new Refusal('ss failed: ss: no (package iproute2)'),
    )
    expect(() => readConnections(edge(1, ''))).toThrow(new Refusal('ss failed: status 1 (package iproute2)'))
  })
})
