import { describe, expect, it } from 'vitest'
import { event } from '../captured.ts'
import { hostWith, ifdown, PAGE, run } from '../fake-host.ts'

describe('duplicate address detection', () => {
  const tentative = 'addr add 2001:db8:2::2/64 dev eth1'
  const asked = event({ IFACE: 'eth1', ADDRFAM: 'inet6', PHASE: 'post-up', IF_GATEWAY: '2001:db8:2::1' })

  it('is waited for with rules and routes in, and ends with an endpoint', () => {
    const host = hostWith(...PAGE, tentative)
    const { told, lines } = run(host, asked)
    expect([told, lines.at(-1)]).toEqual([[], 'mptcp endpoint add 2001:db8:2::2 id 255 dev eth1 subflow'])
    expect(lines.slice(0, -1).some((line) => line.startsWith('rule add'))).toBe(true)
  })

  it('that does not end leaves the address without an endpoint, and says so', () => {
    let slept = 0
    const sleep = (milliseconds: number) => {
      slept += milliseconds
    }
    const { told } = run(hostWith(...PAGE, tentative), asked, { edge: { sleep } })
    expect([slept, told]).toEqual([
      5000,
      ['address 2001:db8:2::2 gets no endpoint: duplicate address detection has failed or is not over'],
    ])
  })

  it('is not waited for in a dry run, nor on the way down', () => {
    const sleep = () => {
      throw new Error('slept')
    }
    const host = hostWith(...PAGE, tentative)
    expect(run(host, asked, { dryRun: true, edge: { sleep } }).refusal).toBe('not refused')
    expect(run(host, ifdown({ ADDRFAM: 'inet6' }), { edge: { sleep } }).refusal).toBe('not refused')
  })
})

describe('METHOD=auto', () => {
  const auto = event({ IFACE: 'eth1', ADDRFAM: 'inet6', METHOD: 'auto', PHASE: 'post-up' })
  const slept = (disabled: string | undefined) => {
    const host = hostWith(...PAGE)
    let time = 0
    const readFile = (path: string) =>
      path === '/proc/sys/net/ipv6/conf/eth1/disable_ipv6' ? disabled : host.edge.readFile(path)
    const sleep = (milliseconds: number) => {
      time += milliseconds
    }
    run(host, auto, { edge: { readFile, sleep } })
    return time
  }

  it('waits for the address of a router advertisement, but not where IPv6 is off on the device', () => {
    expect([slept('0\n'), slept('1\n'), slept(undefined)]).toEqual([5000, 0, 0])
  })
})
