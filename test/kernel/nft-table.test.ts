import { describe, expect, it } from 'vitest'
import { signatureOf } from '../../src/kernel/nft.ts'
import { printTable } from '../../src/kernel/nft-table.ts'
import type { ForwardedWay } from '../../src/words/forwarding.ts'

const way = (changes: Partial<ForwardedWay> = {}): ForwardedWay => ({
  ...{ device: 'eth0', family: 'inet', table: 100, destinations: undefined },
  ...{ mark: { value: 0x1000000, mask: 0x7f000000 }, ...changes },
})
const rulesOf = (...ways: ForwardedWay[]) =>
  /policy accept; (.*); }; }$/
    .exec(printTable(ways).text)?.[1]
    ?.replace(/ comment "[^"]*"/g, '')
    .split('; ')

describe('printTable', () => {
  it('marks what comes in by an uplink and goes on, and the packets of both directions', () => {
    expect(rulesOf(way())).toEqual([
      'iifname "eth0" meta nfproto ipv4 ct direction original ct mark & 0x7f000000 == 0x0 fib daddr type != local ct mark set ct mark & 0x80ffffff | 0x1000000',
      'ct mark & 0x7f000000 == 0x1000000 meta mark set meta mark & 0x80ffffff | 0x1000000',
    ])
  })

  it('tells two ways of a device apart by the address that was asked', () => {
    const [first, second] =
      rulesOf(
        way({ destinations: { addresses: ['10.1.2.2'], others: true } }),
        way({
          family: 'inet6',
          mark: { value: 0xe0000000, mask: 0xe0000000 },
          destinations: { addresses: ['2001:db8::2', '2001:db8::3'], others: false },
        }),
      ) ?? []
    expect(first).toContain(' ct original ip daddr != { 10.1.2.2 } ')
    expect(second).toContain(' ct original ip6 daddr { 2001:db8::2, 2001:db8::3 } ')
    expect(second).toContain(' ct mark & 0xe0000000 == 0x0 ')
    expect(second).toMatch(/ ct mark & 0x1fffffff \| 0xe0000000$/)
  })

  it('gives the comment of its own to the new table, and to each rule one that tells it', () => {
    const { text, signature } = printTable([way()])
    expect(text.startsWith('create table inet mptcp_routes { comment "ifupdown-mptcp"; }; table ')).toBe(true)
    expect(signature.split('\n')).toEqual([
      'ifupdown-mptcp',
      ...[...text.matchAll(/comment "(mptcp [0-9a-f]{8})"/g)].map(([, comment]) => comment),
    ])
    expect(printTable([way({ device: 'eth1' })]).signature).not.toBe(signature)
    expect(printTable([way()])).toEqual({ text, signature })
  })
})

/** As nft 1.0.6 lists it. */
const listing = (comments: readonly string[]) => `table inet mptcp_routes {
\tcomment "ifupdown-mptcp"
\tchain prerouting {
\t\ttype filter hook prerouting priority dstnat + 10; policy accept;
${comments.map((comment) => `\t\tct mark & 0x7f000000 == 0x01000000 meta mark set 0x01000000 comment "${comment}"`).join('\n')}
\t}
}
`

describe('signatureOf', () => {
  const { signature } = printTable([way()])
  const [, ...comments] = signature.split('\n')
  const whole = listing(comments)

  it('is that of the table that was printed, however nft spells its rules', () => {
    expect(signatureOf(whole)).toBe(signature)
  })

  it.each([
    ['a rule is gone', listing(comments.slice(1))],
    ['a rule is there twice', listing([...comments, comments[0] ?? ''])],
    ['rules stand in another order', listing([...comments].reverse())],
    ['there is a rule more', whole.replace('\t}\n}', '\t\tcounter packets 0 bytes 0\n\t}\n}')],
    ['a rule has lost its comment', whole.replace(/ comment "mptcp [^"]*"/, '')],
    ['the chain lets nothing pass', whole.replace('policy accept', 'policy drop')],
    ['there is another chain', whole.replace('\tchain prer', '\tchain other {\n\t}\n\tchain prer')],
    ['the chain is gone', 'table inet mptcp_routes {\n\tcomment "ifupdown-mptcp"\n}\n'],
  ])('is another where %s', (_, text) => {
    expect(signatureOf(text)).not.toBe(signature)
  })
})
