import { expect, it } from 'vitest'
import { byHand } from './captured.ts'
import { hostWith, ifdown, ifup, PAGE, recordsOf, run, stateOf } from './fake-host.ts'

it('knows a device by its altname', () => {
  const host = hostWith(...PAGE, 'link property add dev eth1 altname uplink')
  const before = stateOf(host)
  expect(run(host, ifup({ IFACE: 'uplink' })).lines).toContain('link set dev eth1 group 77')
  expect(recordsOf(host).stanzas.map(({ iface }) => iface)).toEqual(['eth1'])
  run(host, ifdown({ IFACE: 'uplink' }))
  expect(stateOf(host)).toBe(before)
})

it('names a device that a batch of ip cannot carry', () => {
  const host = hostWith(...PAGE)
  expect(run(host, ifup({ IFACE: '#1' }))).toMatchObject({
    refusal:
      'Refusal: interface "#1" has a character that a batch of ip cannot carry: give the interface another name (the interface that ifup names)',
    lines: [],
  })
})

it('says who named a device that is not there', () => {
  expect(run(hostWith(), byHand()).refusal).toBe(
    'Refusal: there is no device "eth1" (set by IFACE in the environment)',
  )
})

it.each([
  ['eth1', 'uplink'],
  ['uplink', 'eth1'],
])('up as %s, down as %s', (up, down) => {
  const host = hostWith(...PAGE, 'link property add dev eth1 altname uplink')
  const before = stateOf(host)
  run(host, ifup({ IFACE: up }))
  run(host, ifdown({ IFACE: down, PHASE: 'pre-down' }))
  run(host, ifdown({ IFACE: down }))
  expect(stateOf(host)).toBe(before)
})

it('by hand with its own name a device acts on the record that its altname made', () => {
  const host = hostWith(...PAGE, 'link property add dev eth1 altname uplink')
  run(host, ifup({ IFACE: 'uplink' }))
  run(host, byHand({ ADDRFAM: 'inet' }))
  expect(recordsOf(host).stanzas).toHaveLength(1)
})
