import { describe, expect, it } from 'vitest'
import { readSettings, writeSetting } from '../../src/kernel/settings.ts'
import type { Setting } from '../../src/words/state.ts'
import { change, type FakeHost, hostWith, PAGE } from '../fake-host.ts'
import { world } from '../plan/worlds.ts'

/** The devices of the fake kernel have numbers from 3 on, and hardware addresses by them. */
const MAC = '02:00:00:00:00:05'
const SEEN = {
  links: [{ ...world('link eth1').links[0], index: 5, name: 'eth1', mac: MAC }],
  addresses: world('link eth1', 'addr 10.1.2.2/24 dev eth1').addresses,
} as Parameters<typeof readSettings>[1]

const ON: Setting = {
  ...{ family: 'inet', device: 'eth1', value: 1, ours: true },
  link: { index: 5, mac: MAC },
}
const OFF: Setting = { ...ON, value: 0, ours: false }
const PATH = '/proc/sys/net/ipv4/conf/eth1/ignore_routes_with_linkdown'

const records = ({ disk }: FakeHost) => [...disk.files.keys()].map((path) => path.replace(/.*\//, ''))
const value = ({ edge }: FakeHost) => edge.readFile(PATH)?.trim()
const read = ({ edge }: FakeHost, seen = SEEN, names = ['eth1', 'eth0']) =>
  readSettings(names, seen, edge).map(
    ({ family, device, value: is, ours, fixed }) =>
      `${device} ${family} ${is}${ours ? ' ours' : ''}${fixed ? ` fixed by ${fixed}` : ''}`,
  )

describe('a setting', () => {
  it('is read of the asked devices in the families in which they have addresses; of a sole one in both', () => {
    const host = hostWith(...PAGE)
    expect(read(host)).toEqual(['eth1 inet 0'])
    expect(read(host, SEEN, ['eth1'])).toEqual(['eth1 inet 0', 'eth1 inet6 0'])
    expect(read(host, SEEN, ['eth0', 'eth2'])).toEqual([])
  })

  it('is ours as long as its record lies there, and is put back with it', () => {
    const host = hostWith(...PAGE)
    expect(writeSetting(host.edge, ON)).toBeUndefined()
    expect([value(host), records(host), read(host)]).toEqual(['1', ['setting,inet,5'], ['eth1 inet 1 ours']])
    expect(writeSetting(host.edge, OFF)).toBeUndefined()
    expect([value(host), records(host), read(host)]).toEqual(['0', [], ['eth1 inet 0']])
  })

  it('is somebody else’s where he was faster', () => {
    const host = hostWith(...PAGE)
    host.edge.writeSysctl(PATH, '1')
    expect(writeSetting(host.edge, ON)).toBeUndefined()
    expect([records(host), read(host)]).toEqual([[], ['eth1 inet 1']])
  })

  it('leaves only a record that has done its work', () => {
    const host = hostWith(...PAGE)
    writeSetting(host.edge, ON)
    host.edge.writeSysctl(PATH, '0')
    expect(read(host)).toEqual(['eth1 inet 0 ours'])
    writeSetting(host.edge, OFF)
    expect([value(host), records(host)]).toEqual(['0', []])
  })

  it('is not to be made where /run takes no record', () => {
    const host = hostWith(...PAGE)
    const edge = { ...host.edge, isReadOnly: (path: string) => path === '/run' }
    expect(read({ ...host, edge })).toEqual(['eth1 inet 0 fixed by /run'])
  })

  it('is not made without a record, and without it being made there is no record', () => {
    const full = hostWith(...PAGE)
    full.disk.writable = false
    expect(writeSetting(full.edge, ON)).toMatch(/^\/run\/mptcp-routes\/4-4026531840 takes no file, /)
    expect(value(full)).toBe('0')
    const fixed = hostWith(...PAGE)
    fixed.disk.settable = false
    expect(writeSetting(fixed.edge, ON)).toBe('EROFS')
    expect([records(fixed), read(fixed)]).toEqual([[], ['eth1 inet 0 fixed by /proc/sys']])
  })
})

describe('a record', () => {
  const recorded = () => {
    const host = hostWith(...PAGE)
    writeSetting(host.edge, ON)
    return host
  }
  const withLink = (link: object) => ({ ...SEEN, links: [{ ...SEEN.links[0], ...link }] }) as typeof SEEN

  it('knows its device under another name', () => {
    const host = recorded()
    change(host, 'link delete dev eth1', 'link add lan1 type veth peer name plan1')
    expect([read(host, withLink({ name: 'lan1' })), records(host)]).toEqual([
      ['lan1 inet 0 ours'],
      ['setting,inet,5'],
    ])
  })

  it.each([
    ['is gone', { index: 6 }],
    ['has come back as another', { mac: '02:00:00:00:00:99' }],
  ])('of a device that %s does not count, and is left to who holds the lock', (_, link) => {
    const host = recorded()
    expect(read(host, withLink(link))).toEqual(['eth1 inet 1'])
    expect(records(host)).toEqual(['setting,inet,5'])
  })

  it.each([
    ['of an earlier boot', '"boot": "00000000-0000-0000-0000-000000000000"'],
    ['that is damaged', '"boot": 7'],
  ])('%s does not count, and is left as well', (_, boot) => {
    const host = recorded()
    const [path = ''] = host.disk.files.keys()
    host.disk.files.set(path, (host.disk.files.get(path) ?? '').replace(/"boot": "[^"]*"/, boot))
    expect([read(host), records(host)]).toEqual([['eth1 inet 1'], ['setting,inet,5']])
  })
})
