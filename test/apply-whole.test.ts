import { describe, expect, it } from 'vitest'
import { applyWhole, type WholeRun } from '../src/apply-whole.ts'
import { parseConfiguration } from '../src/ask/configuration.ts'
import { refusalOf } from './captured.ts'
import {
  change,
  type FakeHost,
  hostWith,
  ifdown,
  ifup,
  PAGE,
  recordsOf,
  run,
  stateOf,
  typed,
} from './fake-host.ts'
import {
  type Intercept,
  interpose,
  PASS,
  refuseAlways,
  refuseOnce,
  type Written,
} from './fake-kernel/interpose.ts'

const CONFIGURATION = '[eth0]\n[eth1]\nmptcp-gateway = 10.1.2.1\n'

interface Means extends Partial<WholeRun> {
  readonly text?: string
  readonly intercept?: Intercept
}

function apply(host: FakeHost, { text = CONFIGURATION, intercept = PASS, ...means }: Means = {}) {
  const written: Written[] = []
  const told: string[] = []
  const commands: string[] = []
  const report = {
    notice: (words: string) => told.push(words),
    detail: () => {},
    command: (words: string) => commands.push(words),
  }
  const edge = interpose(means.edge ?? host.edge, intercept, written)
  const { sections } = parseConfiguration(text, 'mptcp-routes.conf')
  const query = { env: {}, sections, devices: [], flush: false, dryRun: false, report, ...means, edge }
  let refused: string[] = []
  const refusal = refusalOf(() => {
    refused = [...applyWhole(query).keys()]
  })
  return { refusal, refused, told, commands, lines: written.map(({ line }) => line) }
}

const sourcesOf = ({ kernel }: FakeHost) =>
  kernel.rules
    .filter(({ protocol, suppress, table }) => protocol === 77 && !suppress && table !== undefined)
    .map(({ from }) => from)

describe('apply', () => {
  it('makes all uplinks at once, and writes nothing when it is repeated', () => {
    const host = hostWith(...PAGE)
    const { lines, commands, told } = apply(host)
    expect([lines.map(typed), told]).toEqual([commands, []])
    expect([sourcesOf(host).sort(), host.kernel.endpoints.map(({ id }) => id).sort()]).toEqual([
      ['10.1.1.2', '10.1.2.2'],
      [254, 255],
    ])
    expect(apply(host).lines).toEqual([])
  })

  it('leaves nothing behind that the down of the last stanza does not take, of the family that nobody asked for either', () => {
    const six = ['addr add 2001:db8:2::2/64 dev eth1 nodad', 'route add default via 2001:db8:2::1 dev eth1']
    const host = hostWith(...PAGE, ...six)
    const before = stateOf(host)
    run(host, ifup())
    apply(host, { text: '' })
    expect(sourcesOf(host).sort()).toEqual(['10.1.2.2', '2001:db8:2::2'])
    run(host, ifdown())
    expect(stateOf(host).replace(/^2 0$/m, '')).toBe(before.replace(/^2 0$/m, ''))
  })

  it('makes what the hooks make', () => {
    const [whole, hooks] = [hostWith(...PAGE), hostWith(...PAGE)]
    apply(whole)
    run(hooks, ifup({ IFACE: 'eth0', IF_ADDRESS: '10.1.1.2', IF_MPTCP_GATEWAY: '10.1.1.1' }))
    run(hooks, ifup())
    expect(stateOf(whole)).toBe(stateOf(hooks))
  })

  it('takes all devices back where the kernel refuses one line for good, whichever it is', () => {
    const { lines } = apply(hostWith(...PAGE))
    const refusable = lines.filter((line) => !line.startsWith('sysctl '))
    expect(refusable.length).toBeGreaterThan(10)
    for (const position of refusable.keys()) {
      const host = hostWith(...PAGE)
      const before = stateOf(host)
      const { refusal } = apply(host, { intercept: refuseAlways(position + 1) })
      expect([refusal, stateOf(host)]).toEqual([
        `Refusal: the kernel refused "ip ${refusable[position]}": Operation not permitted (run it as root)`,
        before,
      ])
    }
  })

  it('goes on where a second turn succeeds', () => {
    const host = hostWith(...PAGE)
    expect(apply(host, { intercept: refuseOnce(5) }).refusal).toBe('not refused')
    expect(apply(host).lines).toEqual([])
  })

  it('gives the devices that cannot have what is asked for, and serves the others', () => {
    const host = hostWith(...PAGE)
    const result = apply(host, { text: '[eth0]\n[eth1]\nmptcp-table = nosuch\n' })
    expect([result.refusal, result.refused, sourcesOf(host)]).toEqual(['not refused', ['eth1'], ['10.1.1.2']])
  })

  it('changes and locks nothing in a dry run', () => {
    const host = hostWith(...PAGE)
    const before = stateOf(host)
    const lock = () => {
      throw new Error('locked')
    }
    const { refusal, commands, lines } = apply(host, { dryRun: true, edge: { ...host.edge, lock } })
    expect([refusal, lines, stateOf(host)]).toEqual(['not refused', [], before])
    expect(commands).toEqual(apply(host).lines.map(typed))
  })

  it('writes nothing while another run holds the lock', () => {
    const host = hostWith(...PAGE)
    const { refusal, lines } = apply(host, { edge: { ...host.edge, lock: () => 'busy' } })
    expect([refusal, lines]).toEqual([expect.stringContaining('another run holds the lock /run/'), []])
  })
})

describe('flush', () => {
  const twoUplinks = () => {
    const host = hostWith(...PAGE)
    const before = stateOf(host)
    run(host, ifup())
    apply(host)
    return { host, before }
  }

  it('takes out of the kernel all that is ours, and leaves records', () => {
    const { host, before } = twoUplinks()
    expect(apply(host, { flush: true }).refusal).toBe('not refused')
    expect(stateOf(host)).toBe(before)
    expect(recordsOf(host).stanzas).toHaveLength(1)
    expect(apply(host, { flush: true }).lines).toEqual([])
  })

  it('needs neither record nor section, and takes orphans along', () => {
    const { host } = twoUplinks()
    host.disk.files.clear()
    change(host, 'addr delete 10.1.2.2/24 dev eth1')
    apply(host, { flush: true, text: '' })
    expect([sourcesOf(host), host.kernel.endpoints]).toEqual([[], []])
    expect(host.kernel.links.filter(({ group }) => group === 77)).toEqual([])
  })

  it('of one device leaves the other whole', () => {
    const { host } = twoUplinks()
    apply(host, { flush: true, devices: ['eth1'] })
    expect([sourcesOf(host), host.kernel.endpoints.map(({ address }) => address)]).toEqual([
      ['10.1.1.2'],
      ['10.1.1.2'],
    ])
  })

  it('knows a table by its record where nothing stands in it', () => {
    const host = hostWith(...PAGE)
    run(host, ifup({ IF_MPTCP_TABLE: '70' }))
    change(host, 'addr add 10.1.2.2/24 dev eth0', 'link set dev eth1 down')
    expect(sourcesOf(host)).toEqual(['10.1.2.2'])
    apply(host, { flush: true, devices: ['eth1'] })
    expect(sourcesOf(host)).toEqual([])
  })

  it('goes on past what is refused, says so, and takes nothing back', () => {
    const { host } = twoUplinks()
    const { refusal, lines } = apply(host, { flush: true, intercept: refuseAlways(3) })
    expect(refusal).toContain('Refusal: the kernel refused "ip mptcp endpoint delete id 25')
    expect(lines.filter((line) => line.includes(' add '))).toEqual([])
    // The endpoint is ours by its rule, which stays.
    expect([sourcesOf(host).length, host.kernel.endpoints.length]).toEqual([1, 1])
  })
})
