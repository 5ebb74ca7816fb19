import { describe, expect, it } from 'vitest'
import { event } from './captured.ts'
import { type FakeHost, hostWith, IFUP, ifdown, ifup, PAGE, run, stateOf } from './fake-host.ts'
import { refuseAlways } from './fake-kernel/interpose.ts'
import { createFakeNft, type FakeNft } from './fake-kernel/nft.ts'

const ASKING = { IF_MPTCP_FORWARD: 'yes' }
const OTHER = {
  ...{ ...IFUP, IFACE: 'eth0', IF_ADDRESS: '10.1.1.2', IF_MPTCP_GATEWAY: '10.1.1.1' },
  ...ASKING,
}

function start(...lines: string[]): { host: FakeHost; fake: FakeNft } {
  const host = hostWith(...PAGE, ...lines)
  const fake = createFakeNft()
  return { host: { ...host, edge: { ...host.edge, nft: fake.nft } }, fake }
}

const marksOf = ({ kernel }: FakeHost) => kernel.rules.filter((rule) => JSON.stringify(rule).includes('mark'))
const devicesIn = ({ table }: FakeNft) =>
  [...(table ?? '').matchAll(/iifname "(\w+)"/g)].map(([, name]) => name)

describe('a hook', () => {
  it('starts no nft where nobody asks for forwarding, or did', () => {
    const { host, fake } = start()
    run(host, ifup())
    run(host, ifdown())
    expect(fake.asked).toEqual([])
  })

  it('asks nft first whether it would take a table, and writes nothing the second time', () => {
    const { host, fake } = start()
    run(host, ifup(ASKING))
    expect(devicesIn(fake)).toEqual(['eth1'])
    // One look a family of rules that had to be read as well.
    expect(fake.asked.slice(-3)).toEqual(['list table inet mptcp_routes', '-c -f -', '-f -'])
    const { lines, told } = run(host, ifup(ASKING))
    expect([lines, told]).toEqual([[], []])
    expect(fake.asked.at(-1)).toBe('list table inet mptcp_routes')
  })

  it('leaves what is of another device, and takes away its own; the last one the table', () => {
    const { host, fake } = start()
    run(host, event(OTHER))
    run(host, ifup(ASKING))
    expect(devicesIn(fake)).toEqual(['eth0', 'eth1'])
    run(host, ifdown())
    expect(devicesIn(fake)).toEqual(['eth0'])
    run(host, event({ ...OTHER, MODE: 'stop', PHASE: 'post-down' }, 'down'))
    expect([fake.table, marksOf(host)]).toEqual([undefined, []])
    const asked = fake.asked.length
    run(host, ifdown())
    run(host, ifdown())
    expect(fake.asked.length - asked).toBeLessThanOrEqual(1)
  })

  it('takes away its own where the mask is none, and has nothing to say of it', () => {
    const { host, fake } = start()
    run(host, ifup(ASKING))
    host.disk.files.set('/etc/mptcp-routes.conf', 'mptcp-forward-mask = none\n')
    expect(run(host, ifup(ASKING)).told.join('\n')).toContain('mptcp-forward-mask "none" is no mask')
    expect(devicesIn(fake)).toEqual(['eth1'])
    expect(run(host, ifdown()).told).toEqual([])
    expect([fake.table, marksOf(host)]).toEqual([undefined, []])
  })

  it('gives the same mark again after an ifdown, whatever came between', () => {
    const { host } = start()
    run(host, ifup(ASKING))
    const before = JSON.stringify(marksOf(host))
    run(host, ifdown())
    run(host, event(OTHER))
    run(host, ifup(ASKING))
    expect(JSON.stringify(marksOf(host).filter((rule) => before.includes(JSON.stringify(rule))))).toBe(before)
  })

  it('works without a place for files, by what stands', () => {
    const { host, fake } = start()
    host.disk.writable = false
    run(host, event(OTHER))
    run(host, ifup(ASKING))
    expect(devicesIn(fake)).toEqual(['eth0', 'eth1'])
    expect(new Set(fake.table?.match(/0x[12]000000/g))).toEqual(new Set(['0x1000000', '0x2000000']))
  })

  it('makes a dry run of what it would do', () => {
    const { host, fake } = start()
    const { commands } = run(host, ifup(ASKING), { dryRun: true })
    expect(commands.at(-1)).toMatch(/^nft 'create table inet mptcp_routes /)
    expect([fake.table, host.disk.files.size]).toEqual([undefined, 0])
  })

  it.each([
    ['is missing', () => undefined],
    ['refuses', () => ({ status: 1, stdout: '', stderr: 'Error: x\n' })],
  ])('serves its uplink without forwarding where nft %s', (_, nft) => {
    const { host } = start()
    const { told, refusal } = run(host, ifup(ASKING), { edge: { nft } })
    expect(refusal).toBe('not refused')
    expect(told.filter((text) => text.startsWith('mptcp-forward has no effect: '))).toHaveLength(1)
    expect(marksOf(host)).toEqual([])
    expect(host.kernel.rules.length).toBeGreaterThan(2)
  })

  it('brings nothing where nft takes a table for a trial alone, and says so', () => {
    const { host, fake } = start()
    const nft: FakeNft['nft'] = (args, input) =>
      args[0] === '-f' ? { status: 1, stdout: '', stderr: 'Error: x\n' } : fake.nft(args, input)
    const { told, refusal } = run(host, ifup(ASKING), { edge: { nft } })
    expect([refusal, fake.table]).toEqual(['not refused', undefined])
    expect(told.join('\n')).toContain('nft: x')
  })

  it('that fails at any line leaves the table and the marks as they were', () => {
    const first = () => {
      const { host, fake } = start()
      run(host, event(OTHER))
      return { host, fake }
    }
    const probe = first()
    const { lines } = run(probe.host, ifup(ASKING))
    expect(lines.filter((line) => line.includes('fwmark'))).toHaveLength(2)
    let refused = 0
    for (const position of lines.keys()) {
      const { host, fake } = first()
      const before = [stateOf(host), fake.table]
      const { refusal } = run(host, ifup(ASKING), { intercept: refuseAlways(position + 1) })
      // Without the setting for a pulled cable an uplink works.
      if (refusal !== 'not refused') {
        refused += 1
        expect([position, stateOf(host), fake.table]).toEqual([position, ...before])
      }
    }
    expect(refused).toBeGreaterThanOrEqual(lines.length - 1)
  })
})
