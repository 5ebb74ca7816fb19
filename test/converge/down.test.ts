import { describe, expect, it } from 'vitest'
import { byHand, event } from '../captured.ts'
import { change, hostWith, IFUP, ifdown, ifup, PAGE, recordsOf, run, stateOf } from '../fake-host.ts'
import { refuseAlways, rivalBefore } from '../fake-kernel/interpose.ts'

const SIX = 'addr add 2001:db8:2::2/64 dev eth1 nodad'
const DUAL = { ...IFUP, ADDRFAM: '', IF_ADDRESSES: '2001:db8:2::2/64', IF_GATEWAYS: '2001:db8:2::1' }

describe('down', () => {
  const upHost = (...lines: string[]) => {
    const host = hostWith(...PAGE, ...lines)
    run(host, ifup())
    return host
  }

  it('takes everything away', () => {
    const host = hostWith(...PAGE)
    const before = stateOf(host)
    run(host, ifup())
    expect(run(host, ifdown()).refusal).toBe('not refused')
    expect(stateOf(host)).toBe(before)
    expect(run(host, ifdown()).lines).toEqual([])
  })

  it('takes everything away when the address is gone, and when the device is', () => {
    const host = upHost()
    change(host, 'addr delete 10.1.2.2/24 dev eth1')
    run(host, ifdown())
    const bare = upHost()
    change(bare, 'link delete dev eth1')
    run(bare, ifdown())
    for (const { kernel } of [host, bare]) {
      expect([kernel.rules.filter(({ protocol }) => protocol === 77), kernel.endpoints]).toEqual([[], []])
    }
  })

  it('takes everything away whose record asks for a place that is not given any more', () => {
    const host = hostWith(...PAGE)
    const before = stateOf(host)
    run(host, ifup({ IF_MPTCP_PRIORITY: '32762' }))
    for (const rule of host.kernel.rules.filter(({ protocol }) => protocol === 77)) {
      Object.assign(rule, { priority: rule.priority + 2 })
    }
    const { files } = host.disk
    for (const [path, text] of files) {
      files.set(path, text.replaceAll('32762', '32764'))
    }
    const { refusal, told } = run(host, ifdown({ IF_MPTCP_PRIORITY: '32764' }))
    expect([refusal, stateOf(host)]).toEqual(['not refused', before])
    expect(told.join()).toContain('mptcp-priority "32764" must be a number from 2 to 32762')
  })

  it('takes orphans of the other family along', () => {
    const host = upHost(SIX)
    run(host, event(DUAL))
    change(host, 'addr delete 2001:db8:2::2/64 dev eth1')
    run(host, ifdown())
    expect(host.kernel.rules.filter(({ protocol }) => protocol === 77)).toEqual([])
    expect(host.kernel.endpoints).toEqual([])
  })

  it('goes on past what is refused, says so, and takes nothing back', () => {
    const host = upHost()
    const { refusal, lines } = run(host, ifdown(), { intercept: refuseAlways(2) })
    expect(refusal).toBe(
      'Refusal: the kernel refused "ip mptcp endpoint delete id 255": Operation not permitted (run it as root)',
    )
    expect(lines.filter((line) => line.includes(' add '))).toEqual([])
    // The endpoint is ours by its rule, which stays.
    expect(host.kernel.endpoints).toHaveLength(1)
    expect(host.kernel.rules.some(({ from }) => from === '10.1.2.2')).toBe(true)
    expect(host.kernel.routes.filter(({ protocol }) => protocol === 77)).toEqual([])
  })

  it('is content where a rival has taken it away meanwhile', () => {
    const host = upHost()
    expect(run(host, ifdown(), { intercept: rivalBefore(2, () => run(host, ifdown())) }).refusal).toBe(
      'not refused',
    )
  })

  it('of a device that never was has nothing to do', () => {
    expect(run(hostWith(), ifdown())).toMatchObject({ refusal: 'not refused', lines: [] })
  })
})

describe('leave', () => {
  it('takes endpoints alone, of both families, and nobody gives them back for a minute', () => {
    const host = hostWith(...PAGE, SIX)
    run(host, event(DUAL))
    const left = run(host, ifdown({ PHASE: 'pre-down' }))
    expect(left.lines.sort()).toEqual(['mptcp endpoint delete id 254', 'mptcp endpoint delete id 255'])
    expect(run(host, byHand()).lines).toEqual([])
    host.disk.minutes += 2
    expect(run(host, byHand()).lines).toHaveLength(2)
  })

  it('ends with the next up of the interface', () => {
    const host = hostWith(...PAGE)
    run(host, ifup())
    run(host, ifdown({ PHASE: 'pre-down' }))
    expect(run(host, ifup()).lines).toEqual(['mptcp endpoint add 10.1.2.2 id 255 dev eth1 subflow'])
    expect(recordsOf(host).stanzas.map(({ leaving }) => leaving)).toEqual([undefined])
  })
})
