import { describe, expect, it } from 'vitest'
import { applyWhole } from '../src/apply-whole.ts'
import { runHook } from '../src/hook.ts'
import { planWhole } from '../src/whole.ts'
import { byHand, type Environment, event } from './captured.ts'
import { change, type FakeHost, hostWith, IFUP, ifdown, ifup, PAGE, recordsOf, run } from './fake-host.ts'
import { interpose, killBefore, refuseAlways } from './fake-kernel/interpose.ts'

const NO_ROOM = /^directory "\/run\/mptcp-routes\/[^"]+" takes no file: .* make room there$/

const shown = (host: FakeHost) =>
  recordsOf(host).stanzas.map(({ iface, family, address, order, variables }) =>
    [iface, family, address, order, variables['IF_MPTCP_TABLE'] ?? '-'].join(' '),
  )

function hostAfter(...runs: Environment[]): FakeHost {
  const host = hostWith(...PAGE)
  for (const env of runs) {
    run(host, event(env))
  }
  return host
}

describe('up', () => {
  it('records what was asked for, with the device’s hardware address', () => {
    const host = hostAfter(IFUP)
    const [record] = recordsOf(host).stanzas
    expect(record).toMatchObject({
      iface: 'eth1',
      family: 'inet',
      address: '10.1.2.2',
      order: 1,
      door: 'ifupdown',
    })
    expect(record?.variables).toEqual({
      METHOD: 'static',
      IF_ADDRESS: '10.1.2.2',
      IF_NETMASK: '255.255.255.0',
      IF_MPTCP_GATEWAY: '10.1.2.1',
    })
    expect(record?.mac).toMatch(/^02:/)
  })

  it('writes its record before it writes to the kernel, and once', () => {
    const host = hostWith(...PAGE)
    run(host, ifup(), { intercept: killBefore(1) })
    expect(shown(host)).toEqual(['eth1 inet 10.1.2.2 1 -'])
    const written: string[] = []
    const writeFile = (path: string) => written.push(path) > 0
    run(host, ifup(), { edge: { writeFile } })
    expect(written).toEqual([expect.stringMatching(/\/setting,inet,5$/)])
  })

  it('holds by hand, with the values put over those that stand', () => {
    const host = hostAfter(
      IFUP,
      { IFACE: 'eth1', ADDRFAM: 'inet', IF_MPTCP_TABLE: '70' },
      { IFACE: 'eth1', ADDRFAM: 'inet' },
    )
    expect(shown(host)).toEqual(['eth1 inet 10.1.2.2 1 70'])
    expect(host.kernel.rules.find(({ from, table }) => from === '10.1.2.2' && table === 70)).toBeDefined()
  })

  it('holds when the address changes', () => {
    const dhcp = {
      IFACE: 'eth1',
      ADDRFAM: 'inet',
      METHOD: 'dhcp',
      PHASE: 'post-up',
      IF_MPTCP_TABLE: '70',
      IF_MPTCP_GATEWAY: '10.1.2.1',
    }
    const host = hostAfter(dhcp)
    change(host, 'addr delete 10.1.2.2/24 dev eth1', 'addr add 10.1.2.7/24 dev eth1')
    run(host, byHand({ ADDRFAM: 'inet' }))
    expect(
      host.kernel.rules
        .filter(({ protocol }) => protocol === 77)
        .map(({ from, table }) => `${from} ${table}`),
    ).toEqual(expect.arrayContaining(['10.1.2.7 70']))
    expect(host.kernel.rules.some(({ from }) => from === '10.1.2.2')).toBe(false)
  })

  it('by hand over what stands without a record leaves it at that', () => {
    const host = hostAfter(IFUP)
    host.disk.files.clear()
    run(host, byHand({ ADDRFAM: 'inet', IF_MPTCP_METRIC: '50' }))
    expect(shown(host)).toEqual([])
  })

  describe('where what stands is all that tells the way out', () => {
    const dhcp = { ...IFUP, METHOD: 'dhcp', IF_ADDRESS: '', IF_NETMASK: '', IF_MPTCP_GATEWAY: '' }
    const six = ['addr add 2001:db8:2::2/64 dev eth1 nodad', 'route add default via 2001:db8:2::1 dev eth1']
    const lost = (...runs: Environment[]) => {
      const host = hostAfter(IFUP, ...runs)
      host.disk.files.clear()
      return host
    }
    const NOTICE = /^nothing is recorded, as only what stands in the kernel tells /

    it('leaves it at that, run after run, and says so', () => {
      const host = lost()
      for (const _ of [1, 2]) {
        expect(run(host, event(dhcp))).toMatchObject({ lines: [], told: [expect.stringMatching(NOTICE)] })
        expect(shown(host)).toEqual([])
      }
      expect(host.kernel.endpoints).toHaveLength(1)
    })

    it('in the other family, too', () => {
      const host = lost()
      change(host, ...six)
      const auto = { ...dhcp, ADDRFAM: 'inet6', METHOD: 'auto' }
      expect(run(host, event(auto)).told).toEqual([expect.stringMatching(NOTICE)])
      expect([run(host, event(auto)).lines, run(host, event(dhcp)).lines, shown(host)]).toEqual([[], [], []])
    })

    it('not where the stanza tells it itself, or wants nothing', () => {
      const host = lost()
      expect([run(host, ifup()).told, shown(host)]).toEqual([[], ['eth1 inet 10.1.2.2 1 -']])
      host.disk.files.clear()
      run(host, event({ ...dhcp, IF_MPTCP: 'off' }))
      expect([host.kernel.endpoints, shown(host)]).toEqual([[], ['eth1 inet  1 -']])
    })

    it('until it was down', () => {
      const host = lost()
      change(host, 'route add default via 10.1.2.1 dev eth1 metric 100')
      run(host, ifdown())
      run(host, event(dhcp))
      expect(shown(host)).toEqual(['eth1 inet  1 -'])
    })
  })

  it('takes a record of other hardware away that bore the name', () => {
    const host = hostAfter(IFUP)
    const path = [...host.disk.files.keys()].find((file) => file.includes('inet,eth1,')) ?? ''
    host.disk.files.set(
      path,
      (host.disk.files.get(path) ?? '').replace(/"mac": "[^"]*"/, '"mac": "02:99:99:99:99:99"'),
    )
    run(host, event({ ...IFUP, IFACE: 'eth0', IF_ADDRESS: '10.1.1.2', IF_MPTCP_GATEWAY: '10.1.1.1' }))
    expect(shown(host)).toEqual(['eth0 inet 10.1.1.2 1 -'])
  })

  it('that cannot be written does not leave an older one to speak against it', () => {
    const host = hostAfter({ ...IFUP, IF_MPTCP_TABLE: '70' })
    const full = { edge: { writeFile: () => false } }
    const { told } = run(host, ifup({ IF_MPTCP_TABLE: '71' }), full)
    expect([shown(host), told]).toEqual([[], [expect.stringMatching(NO_ROOM)]])
    expect(host.kernel.rules.some(({ from, table }) => from === '10.1.2.2' && table === 71)).toBe(true)
  })

  it('works as well where /run cannot be written', () => {
    const host = hostWith(...PAGE)
    host.disk.writable = false
    const first = run(host, ifup())
    expect([first.refusal, first.lines.length]).toEqual(['not refused', 7])
    expect(run(host, ifup()).lines).toEqual([])
    expect(run(host, ifdown()).lines).toHaveLength(7)
  })
})

describe('a damaged record', () => {
  it('is named, ignored and replaced', () => {
    const host = hostAfter(IFUP)
    const path = [...host.disk.files.keys()].find((file) => file.includes('inet,eth1,')) ?? ''
    host.disk.files.set(path, '{')
    expect(run(host, ifup()).told).toEqual([
      expect.stringMatching(/^record "inet,eth1,10\.1\.2\.2" is damaged/),
    ])
    expect(shown(host)).toEqual(['eth1 inet 10.1.2.2 1 -'])
    expect(run(host, ifup()).told).toEqual([])
  })
})

describe('after a failure', () => {
  const failed = (strict: boolean, ...before: Environment[]) => {
    const host = hostAfter(...before)
    run(host, ifup({ IF_MPTCP_TABLE: '71' }), { strict, intercept: refuseAlways(1) })
    return shown(host)
  }

  it('that its manager is told of, what was recorded before stands again', () => {
    expect(failed(true)).toEqual([])
    expect(failed(true, { ...IFUP, IF_MPTCP_TABLE: '70' })).toEqual(['eth1 inet 10.1.2.2 1 70'])
  })

  it('that nobody is told of, the interface is up, and its record stands', () => {
    expect(failed(false)).toEqual(['eth1 inet 10.1.2.2 1 71'])
  })

  it('whoever runs the hook by hand is told', () => {
    const recordsAfter = (env: Environment) => {
      const host = hostAfter(IFUP)
      const edge = interpose(host.edge, refuseAlways(1))
      runHook('up', [], env, edge, { out: () => {}, err: () => {} })
      return shown(host)
    }
    const asked = { IFACE: 'eth1', ADDRFAM: 'inet', IF_MPTCP_TABLE: '71' }
    expect(recordsAfter(asked)).toEqual(['eth1 inet 10.1.2.2 1 -'])
    expect(recordsAfter({ ...IFUP, ...asked })).toEqual(['eth1 inet 10.1.2.2 1 71'])
  })
})

describe('down', () => {
  it('removes every record of the interface and family, and notes that it was taken down', () => {
    const second = { ...IFUP, IF_ADDRESS: '10.1.3.2' }
    const host = hostAfter(IFUP, second, {
      ...IFUP,
      ADDRFAM: 'inet6',
      IF_ADDRESS: '',
      IF_MPTCP_GATEWAY: 'fe80::1',
    })
    expect(recordsOf(host).stanzas).toHaveLength(3)
    run(host, ifdown())
    expect([recordsOf(host).stanzas.map(({ family }) => family), recordsOf(host).down]).toEqual([
      ['inet6'],
      [{ iface: 'eth1', family: 'inet' }],
    ])
    run(host, ifup())
    expect(recordsOf(host).down).toEqual([])
  })

  it('of the base interface removes those of its aliases as well, of the same family', () => {
    const alias = { ...IFUP, IFACE: 'eth1:1', IF_ADDRESS: '10.1.3.2', IF_MPTCP_GATEWAY: '10.1.3.1' }
    const six = { ...IFUP, IFACE: 'eth1:1', ADDRFAM: 'inet6', IF_ADDRESS: '', IF_MPTCP_GATEWAY: 'fe80::1' }
    const host = hostAfter(IFUP, alias, six)
    run(host, ifdown({ IFACE: 'eth1:2' }))
    expect(shown(host)).toHaveLength(3)
    run(host, ifdown())
    expect(shown(host)).toEqual(['eth1:1 inet6  3 -'])
  })

  it('does so after a failure, too', () => {
    const host = hostAfter(IFUP)
    expect(run(host, ifdown(), { intercept: refuseAlways(2) }).refusal).not.toBe('not refused')
    expect(recordsOf(host).stanzas).toEqual([])
  })
})

describe('before the addresses go', () => {
  it('the interface’s records bear the time, those of its alias do not', () => {
    const host = hostWith(...PAGE, 'addr add 10.1.3.2/24 dev eth1')
    run(host, ifup())
    run(host, ifup({ IFACE: 'eth1:1', IF_ADDRESS: '10.1.3.2', IF_MPTCP_GATEWAY: '10.1.3.1' }))
    host.disk.minutes = 3
    run(host, ifdown({ PHASE: 'pre-down' }))
    expect(recordsOf(host).stanzas.map(({ iface, leaving }) => [iface, leaving])).toEqual([
      ['eth1', host.edge.now().getTime()],
      ['eth1:1', undefined],
    ])
    expect(recordsOf(host).down).toEqual([])
  })

  it('a record that cannot bear it goes', () => {
    const host = hostAfter(IFUP)
    const { told } = run(host, ifdown({ PHASE: 'pre-down' }), { edge: { writeFile: () => false } })
    expect([shown(host), told]).toEqual([[], [expect.stringMatching(NO_ROOM)]])
  })
})

describe('what counts no more', () => {
  const DIRECTORY = '/run/mptcp-routes/4-4026531840'
  /** A record of an earlier boot, a setting of a device that is gone, and one of nobody. */
  function hostWithLeftovers(): { host: FakeHost; left: () => string[] } {
    const host = hostAfter(IFUP)
    const { files } = host.disk
    const other = (name: string) =>
      (files.get(`${DIRECTORY}/${name}`) ?? '').replace(/"boot": "[^"]*"/, '"boot": "other"')
    const leftovers = new Map([
      ['inet,eth9,10.1.9.2', other('inet,eth1,10.1.2.2')],
      ['setting,inet,77', files.get(`${DIRECTORY}/setting,inet,5`) ?? ''],
      ['setting,inet6,5', 'x'],
    ])
    for (const [name, text] of leftovers) {
      expect(text).not.toBe('')
      files.set(`${DIRECTORY}/${name}`, text)
    }
    return { host, left: () => [...leftovers.keys()].filter((name) => files.has(`${DIRECTORY}/${name}`)) }
  }
  const look = ({ edge }: FakeHost) => ({ edge, env: {}, sections: [], devices: [], flush: false })
  const report = { notice: () => {}, detail: () => {}, command: () => {} }

  it('stays while a look or a dry run reads it: a run that writes may be beside', () => {
    const { host, left } = hostWithLeftovers()
    const before = new Map(host.disk.files)
    planWhole(look(host))
    run(host, ifup(), { dryRun: true })
    applyWhole({ ...look(host), dryRun: true, report })
    expect(host.disk.files).toEqual(before)
    expect(left()).toHaveLength(3)
  })

  it('goes with a hook, and what counts stays', () => {
    const { host, left } = hostWithLeftovers()
    run(host, ifup())
    expect([left(), shown(host)]).toEqual([[], ['eth1 inet 10.1.2.2 1 -']])
    expect(host.disk.files.has(`${DIRECTORY}/setting,inet,5`)).toBe(true)
  })

  it('goes with a run for all devices', () => {
    const { host, left } = hostWithLeftovers()
    applyWhole({ ...look(host), dryRun: false, report })
    expect([left(), shown(host)]).toEqual([[], ['eth1 inet 10.1.2.2 1 -']])
    expect(host.disk.files.has(`${DIRECTORY}/setting,inet,5`)).toBe(true)
  })
})
