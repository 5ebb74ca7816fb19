import { describe, expect, it } from 'vitest'
import { parseConfiguration } from '../src/ask/configuration.ts'
import { writeDeaths } from '../src/ask/deaths.ts'
import { watchPath } from '../src/ask/records.ts'
import { formatLine } from '../src/kernel/command.ts'
import { type Judge, planWhole, type WholeQuery } from '../src/whole.ts'
import type { Death } from '../src/words/death.ts'
import { deriveTable } from '../src/words/table.ts'
import { event, refusalOf } from './captured.ts'
import { change, type FakeHost, hostWith, IFUP, ifdown, ifup, PAGE, recordsOf, run } from './fake-host.ts'
import { refuseAlways } from './fake-kernel/interpose.ts'

const SIX = 'addr add 2001:db8:2::2/64 dev eth1 nodad'
const ROUTER = 'route add default via 2001:db8:2::1 dev eth1 metric 1024 protocol 9'
const BOTH = '[eth0]\n[eth1]\nmptcp-gateway = 10.1.2.1\n'

function plan(host: FakeHost, text = '', query: Partial<WholeQuery> = {}) {
  const { sections, problems } = parseConfiguration(text, 'mptcp-routes.conf')
  expect(problems).toEqual([])
  const step = planWhole({ edge: host.edge, env: {}, sections, devices: [], flush: false, ...query })
  const lines = step.changes.flatMap((one) =>
    one.kind === 'setting' || one.kind === 'nft' ? [] : formatLine(one),
  )
  return { ...step, lines }
}

/** The sources that get a rule, each with its endpoint's id if it gets one. */
function sources({ plan: { wanted } }: ReturnType<typeof plan>): string[] {
  const ids = new Map(wanted.endpoints.map(({ address, id }) => [address, id]))
  return wanted.rules
    .filter(({ kind }) => kind === 'source')
    .map(({ from }) => `${from} ${ids.get(from) ?? '-'}`)
    .sort()
}

const upHost = (...lines: string[]) => {
  const host = hostWith(...PAGE, ...lines)
  run(host, ifup())
  return host
}

describe('who is looked after', () => {
  it('is nobody without a record or a section', () => {
    expect(plan(hostWith(...PAGE))).toMatchObject({ lines: [], scope: { devices: [], orphans: true } })
  })

  it('is a device with a record, and one that a section names', () => {
    expect(sources(plan(upHost()))).toEqual(['10.1.2.2 255'])
    expect(sources(plan(hostWith(...PAGE), BOTH))).toEqual(['10.1.1.2 255', '10.1.2.2 254'])
    expect(sources(plan(upHost(), '[eth0]\n'))).toEqual(['10.1.1.2 254', '10.1.2.2 255'])
  })

  it('by record where a section names it too', () => {
    const text = '[eth1]\nmptcp-table = 70\nmptcp-endpoint = signal\n'
    expect(plan(upHost(), text).lines).toEqual([])
  })

  it('is no device after its ifdown, whatever a section says, until the next up', () => {
    const host = upHost()
    run(host, ifdown())
    expect(plan(host, BOTH).lines.filter((line) => line.includes('eth1'))).toEqual([])
    run(host, ifup())
    expect(sources(plan(host, BOTH))).toContain('10.1.2.2 255')
  })

  it('is a device that an ifdown could not clear, to take the rest away', () => {
    const host = upHost()
    run(host, ifdown(), { intercept: refuseAlways(2) })
    expect(plan(host).lines).toEqual([
      'mptcp endpoint delete id 255',
      expect.stringMatching(/^rule delete from 10\.1\.2\.2 unreachable /),
      expect.stringMatching(/^rule delete from 10\.1\.2\.2 lookup main /),
      expect.stringMatching(/^rule delete from 10\.1\.2\.2 lookup \d+ priority 31000/),
    ])
  })

  it('is a family that nobody asked for, with what the device’s stanza says of it as a whole', () => {
    const host = hostWith(...PAGE, SIX)
    change(host, ROUTER)
    run(host, ifup({ IF_MPTCP_PRIORITY: '500', IF_MPTCP_ENDPOINT: 'signal', IF_MPTCP_TABLE: '70' }))
    const { wanted } = plan(host).plan
    const six = wanted.rules.filter(({ from, kind }) => from === '2001:db8:2::2' && kind === 'source')
    expect(six.map(({ priority }) => priority)).toEqual([500])
    expect(six.map(({ table }) => table)).not.toEqual([70])
    expect(wanted.endpoints.map(({ address, flags }) => [address, flags])).toEqual([
      ['10.1.2.2', ['signal']],
      ['2001:db8:2::2', ['signal']],
    ])
  })
})

describe('a family that nobody asked for', () => {
  it('gets nothing without a way out, whatever options the device’s stanza has', () => {
    const host = hostWith(...PAGE, SIX)
    run(host, ifup({ IF_MPTCP_ENDPOINT: 'signal' }))
    expect(plan(host).lines).toEqual([])
  })

  it('gets no default in main', () => {
    const host = hostWith(...PAGE, SIX, ROUTER)
    run(host, ifup({ IF_MPTCP_METRIC: '50' }))
    const { wanted } = plan(host).plan
    expect(wanted.routes.filter(({ table }) => table === 254).map(({ family }) => family)).toEqual(['inet'])
  })
})

describe('a device that bears another name since', () => {
  /** It had to be down for that, so that its routes are gone. */
  const rename = ({ kernel }: FakeHost, from: string, to: string) => {
    const called = (name: string) => (name === from ? to : name)
    kernel.routes = kernel.routes.filter(({ hops }) => hops.every(({ device }) => device !== from))
    kernel.links = kernel.links.map((link) => ({ ...link, name: called(link.name) }))
    kernel.addresses = kernel.addresses.map((one) => ({ ...one, device: called(one.device) }))
  }

  it('keeps neither endpoint nor group when its rules go', () => {
    const host = upHost()
    rename(host, 'eth1', 'wan1')
    expect(plan(host).lines).toEqual(
      expect.arrayContaining(['mptcp endpoint delete id 255', 'link set dev wan1 group 0']),
    )
  })
})

describe('a dial-up stanza', () => {
  const dial = event({ ...IFUP, IFACE: 'dsl', METHOD: 'ppp', IF_PROVIDER: 'isp', IF_ADDRESS: '' })

  it('is no device until pppd has made one', () => {
    const host = hostWith(...PAGE)
    run(host, dial)
    expect(recordsOf(host).stanzas.map(({ iface }) => iface)).toEqual(['dsl'])
    expect(plan(host).scope.devices).toEqual([])
    change(host, 'link add dsl type veth peer name pdsl')
    expect(plan(host).scope.devices).toEqual(['dsl'])
  })
})

describe('what stands already', () => {
  it('is what the hooks have made: nothing is left to do', () => {
    const host = upHost(SIX)
    const dual = { ADDRFAM: '', IF_ADDRESSES: '2001:db8:2::2/64', IF_GATEWAYS: '2001:db8:2::1' }
    run(host, event({ ...IFUP, ...dual }))
    run(host, ifup({ IFACE: 'eth0', IF_ADDRESS: '10.1.1.2', IF_MPTCP_GATEWAY: '10.1.1.1' }))
    expect(plan(host).lines).toEqual([])
  })

  it('goes with an address that has left, though its record stands', () => {
    const host = upHost()
    change(host, 'addr delete 10.1.2.2/24 dev eth1')
    expect(plan(host).lines.every((line) => / (delete|group 0)( |$)/.test(line))).toBe(true)
    expect(plan(host).lines).toContain('mptcp endpoint delete id 255')
  })

  it('of a device without a record stays, if it is no orphan', () => {
    const host = upHost()
    host.disk.files.clear()
    expect(plan(host).lines).toEqual([])
  })
})

describe('a device that is named', () => {
  const named = (host: FakeHost, text = '', query: Partial<WholeQuery> = {}) =>
    plan(host, text, { devices: ['eth1'], configurationFile: '/etc/mptcp-routes.conf', ...query })

  it('is refused where nobody asks for it, as all that works there would go', () => {
    const host = upHost()
    host.disk.files.clear()
    expect(refusalOf(() => named(host))).toBe(
      'Refusal: interface "eth1": nobody asks for it: no record of an ifup, no section of /etc/mptcp-routes.conf (named on the command line); mptcp-routes flush eth1 takes out what is there, then IFACE=eth1 /etc/network/if-up.d/mptcp_up records it',
    )
    expect(named(host, '', { flush: true }).lines).toContain('mptcp endpoint delete id 255')
  })

  it('is asked for by a record, a section, or an ifdown that is to be seen through, and `mptcp = off` asks too', () => {
    const host = upHost()
    expect(named(host).lines).toEqual([])
    host.disk.files.clear()
    expect(named(host, '[eth1]\nmptcp = off\n').lines).toContain('mptcp endpoint delete id 255')
    run(host, ifup())
    run(host, ifdown(), { intercept: refuseAlways(1) })
    expect(named(host).lines).toContain('mptcp endpoint delete id 255')
  })
})

describe('a device that cannot have what is asked for', () => {
  it('is left as it is, with the reason, and holds up no other', () => {
    const text = '[eth0]\n[eth1]\nmptcp-gateway = 10.1.2.1\nmptcp-table = nosuch\n'
    const step = plan(hostWith(...PAGE), text)
    expect(sources(step)).toEqual(['10.1.1.2 255'])
    expect([...step.plan.refused].map(([device, { message }]) => [device, message])).toEqual([
      [
        'eth1',
        expect.stringMatching(
          /^mptcp-table "nosuch" is not in rt_tables: .* \(set by IF_MPTCP_TABLE in the configuration, line 2\)$/,
        ),
      ],
    ])
  })
})

describe('named devices', () => {
  it('are the only ones acted on, orphans of others left', () => {
    const { scope, lines } = plan(hostWith(...PAGE), BOTH, { devices: ['eth1'] })
    expect(scope).toMatchObject({ devices: ['eth1'], orphans: false })
    expect(lines.filter((line) => /eth0|10\.1\.1\./.test(line))).toEqual([])
  })

  it('may be called by an altname', () => {
    const host = hostWith(...PAGE, 'link property add dev eth1 altname uplink')
    expect(plan(host, BOTH, { devices: ['uplink'] }).scope.devices).toEqual(['eth1'])
  })

  it('that are not there, or that a batch cannot carry, are refused', () => {
    const refusal = (name: string) => refusalOf(() => plan(hostWith(...PAGE), BOTH, { devices: [name] }))
    expect([refusal('eth9'), refusal('#1')]).toEqual([
      'Refusal: interface "eth9": there is no such device (named on the command line)',
      'Refusal: interface "#1": a batch of ip cannot carry the name (named on the command line)',
    ])
  })

  it('may be gone where a record speaks for them', () => {
    const host = upHost()
    change(host, 'link delete dev eth1')
    expect(plan(host, '', { devices: ['eth1'] }).lines).toContain('mptcp endpoint delete id 255')
  })
})

describe('what is dead', () => {
  const bothUp = () => {
    const host = upHost()
    run(host, ifup({ IFACE: 'eth0', IF_ADDRESS: '10.1.1.2', IF_MPTCP_GATEWAY: '10.1.1.1' }))
    host.disk.locked.add(watchPath(host.edge) ?? '')
    return host
  }
  const dead = (device: string): Death => ({
    ...{ device, family: 'inet', table: deriveTable(device) },
    ...{ since: 0, why: 'no carrier' },
  })
  const LED = [
    'mptcp endpoint delete id 254',
    'rule add from all lookup main suppress_prefixlength 7 priority 32764 protocol 77',
    `rule add from all lookup ${deriveTable('eth1')} priority 32765 protocol 77`,
  ]

  it('is what the service has written, while it lives', () => {
    const host = bothUp()
    writeDeaths(host.edge, [dead('eth0')])
    expect(plan(host).lines).toEqual(LED)
    host.disk.locked.clear()
    expect(plan(host).lines).toEqual([])
  })

  it('is what the service itself finds of the uplinks that the same look shows', () => {
    const host = bothUp()
    writeDeaths(host.edge, [dead('eth1')])
    const seen: string[] = []
    const deaths: Judge = (uplinks, { links }) => {
      seen.push(...uplinks.map(({ device }) => device), `${links.length} links`)
      return [dead('eth0')]
    }
    expect(plan(host, '', { deaths }).lines).toEqual(LED)
    expect(seen.sort()).toEqual(['5 links', 'eth0', 'eth1'])
  })

  it('costs a named device its endpoint, and no more: the detour is for a run that sees all', () => {
    const host = bothUp()
    writeDeaths(host.edge, [dead('eth0')])
    expect(plan(host, '', { devices: ['eth0'] }).lines).toEqual(LED.slice(0, 1))
    expect(plan(host, '', { devices: ['eth1'] }).lines).toEqual([])
  })

  it('counts no more in a flush, which takes the detour too', () => {
    const host = bothUp()
    writeDeaths(host.edge, [dead('eth0')])
    change(host, ...LED)
    const gone = plan(host, '', { flush: true }).lines.filter((line) =>
      line.startsWith('rule delete from all'),
    )
    expect(gone).toHaveLength(2)
    const named = plan(host, '', { flush: true, devices: ['eth0'] }).lines
    expect(named.filter((line) => line.startsWith('rule delete from all'))).toHaveLength(2)
  })
})
