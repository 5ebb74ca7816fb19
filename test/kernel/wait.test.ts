import { describe, expect, it } from 'vitest'
import { waitForAddress, waitForDetection } from '../../src/kernel/wait.ts'
import { type Scene, stage } from '../captured.ts'

describe('waiting', () => {
  const line = (flags: string, name = 'eth1', scope = '00') =>
    `20010db8000200000000000000000002 03 40 ${scope} ${flags} ${name.padStart(8)}\n`
  const tentative = line('40')
  const settled = line('80')
  const SWITCH = '/proc/sys/net/ipv6/conf/eth1/disable_ipv6'
  const slept = (
    wait: typeof waitForDetection,
    text: string | undefined,
    disabled: string | undefined = '0\n',
    onSleep?: Scene['onSleep'],
  ) => {
    const files = { '/proc/net/if_inet6': text, [SWITCH]: disabled }
    const set = stage({ files, ...(onSleep && { onSleep }) })
    wait('eth1', set.edge)
    return set.slept()
  }

  it.each([
    ['an address in detection', tentative, 5000],
    ['a settled address', settled, 0],
    ['an address whose detection has failed', line('48'), 0],
    ['another device', line('40', 'eth10'), 0],
    ['a link-local address', line('40', 'eth1', '20'), 0],
    ['no address', '', 0],
    ['no IPv6', undefined, 0],
  ])('for the end of detection of %s takes at most %3$i ms', (_, text, milliseconds) => {
    expect(slept(waitForDetection, text)).toBe(milliseconds)
  })

  it.each([
    ['an address in detection', tentative, '0\n', 0],
    ['a link-local address alone', line('80', 'eth1', '20'), '0\n', 5000],
    ['no address', '', '0\n', 5000],
    ['IPv6 switched off', '', '1\n', 0],
  ])('for a global address with %s takes at most %4$i ms', (_, text, disabled, milliseconds) => {
    expect(slept(waitForAddress, text, disabled)).toBe(milliseconds)
  })

  it('for an address of a device that is not there, or a kernel without IPv6, takes no time', () => {
    const set = stage({ files: { '/proc/net/if_inet6': undefined } })
    waitForAddress('eth1', set.edge)
    expect(set.slept()).toBe(0)
  })

  it('ends when the kernel is done', () => {
    const onSleep: Scene['onSleep'] = (milliseconds, files) => {
      files['/proc/net/if_inet6'] = milliseconds >= 200 ? settled : tentative
    }
    expect(slept(waitForDetection, tentative, '0\n', onSleep)).toBe(200)
    expect(slept(waitForAddress, '', '0\n', onSleep)).toBe(50)
  })
})
