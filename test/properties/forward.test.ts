/** Whatever hooks have run, with a place for files or without, refused or killed: the nft table and the rules by mark say the same. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { event } from '../captured.ts'
import { type FakeHost, hostWith, IFUP, PAGE, run, stateOf } from '../fake-host.ts'
import { killBefore, PASS, refuseAlways } from '../fake-kernel/interpose.ts'
import { createFakeNft, type FakeNft } from '../fake-kernel/nft.ts'
import { runs } from './settings.ts'

const SUBNETS: Readonly<Record<string, readonly [string, string]>> = {
  eth0: ['10.1.1', '2001:db8:1::'],
  eth1: ['10.1.2', '2001:db8:2::'],
}

const step = fc.record({
  device: fc.constantFrom('eth0', 'eth1'),
  six: fc.boolean(),
  way: fc.constantFrom('up', 'up', 'up', 'down'),
  forward: fc.constantFrom('yes', 'yes', 'no'),
  trouble: fc.constantFrom('none', 'none', 'refuse', 'kill'),
  position: fc.integer({ min: 1, max: 8 }),
  flushed: fc.boolean(),
})

function stanzaOf(device: string, six: boolean, forward: string) {
  const [four, prefix] = SUBNETS[device] ?? ['', '']
  const [address, gateway] = six ? [`${prefix}2`, `${prefix}1`] : [`${four}.2`, `${four}.1`]
  return {
    ...{ ...IFUP, IFACE: device, ADDRFAM: six ? 'inet6' : 'inet', IF_NETMASK: six ? '64' : '24' },
    ...{ IF_ADDRESS: address, IF_MPTCP_GATEWAY: gateway, IF_MPTCP_FORWARD: forward },
  }
}

const DOWN = { MODE: 'stop', PHASE: 'post-down' }

function start(writable: boolean): { host: FakeHost; fake: FakeNft } {
  const host = hostWith(
    ...PAGE,
    ...['1', '2'].map((n) => `addr add 2001:db8:${n}::2/64 dev eth${Number(n) - 1} nodad`),
  )
  host.disk.writable = writable
  const fake = createFakeNft()
  return { host: { ...host, edge: { ...host.edge, nft: fake.nft } }, fake }
}

/** `inet 0x1000000` of each pair that is whole, and of each way that the table marks. */
const inRules = ({ kernel }: FakeHost) =>
  kernel.rules
    .filter(({ mark, suppress }) => mark !== undefined && suppress === undefined)
    .map(({ family, mark }) => `${family} ${mark?.split('/')[0]}`)
    .sort()
const inTable = ({ table = '' }: FakeNft) =>
  [...table.matchAll(/nfproto ipv([46]) .* ct mark set .* \| (0x[0-9a-f]+)/g)]
    .map(([, version, mark]) => `${version === '4' ? 'inet' : 'inet6'} ${mark}`)
    .sort()

test('table and rules agree after each hook that ends, and nothing is left of them in the end', () => {
  fc.assert(
    fc.property(fc.boolean(), fc.array(step, { maxLength: 8 }), (writable, steps) => {
      const { host, fake } = start(writable)
      for (const { device, six, way, forward, trouble, position, flushed } of steps) {
        if (flushed) {
          fake.table = undefined
        }
        const env = stanzaOf(device, six, forward)
        const asked = way === 'up' ? event(env) : event({ ...env, ...DOWN }, 'down')
        const intercept =
          trouble === 'refuse' ? refuseAlways(position) : trouble === 'kill' ? killBefore(position) : PASS
        const { refusal } = run(host, asked, { intercept })
        host.disk.locked.clear()
        // Without a file, a hook for the one family that asks for nothing does not look for what is of the other.
        const isSeen = writable || (way === 'up' && forward === 'yes')
        if (trouble === 'none' && isSeen) {
          expect(refusal).toBe('not refused')
          expect(inTable(fake)).toEqual(inRules(host))
          const state = stateOf(host)
          run(host, asked)
          expect([stateOf(host), inTable(fake)]).toEqual([state, inRules(host)])
        }
      }
      for (const device of ['eth0', 'eth1']) {
        for (const six of [true, false]) {
          run(host, event({ ...stanzaOf(device, six, 'no'), ...DOWN }, 'down'))
        }
      }
      expect([inRules(host), fake.table]).toEqual([[], undefined])
      expect(host.kernel.rules.filter(({ mark }) => mark !== undefined)).toEqual([])
    }),
    { numRuns: runs(60) },
  )
})
