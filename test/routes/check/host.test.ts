import { describe, expect, it } from 'vitest'
import { checkHost, type HostFacts, isNewEnough } from '../../../src/routes/check/host.ts'
import { complain, say } from './points.ts'

const SOUND: HostFacts = {
  kernel: '6.1.0-18-amd64',
  iproute2: 'ip utility, iproute2-6.1.0, libbpf 1.1.2\n',
  families: ['inet6', 'inet'],
  refusal: undefined,
  root: true,
}

describe('checkHost', () => {
  it('finds a sound host ready', () => {
    expect(say(checkHost(SOUND))).toEqual([
      'ok Linux 6.1.0-18-amd64',
      'ok iproute2 6.1.0',
      'ok policy routing: rules of inet and inet6',
    ])
  })

  it.each([
    ['ip utility, iproute2-5.10.0', 'fail ip utility, iproute2-5.10.0: iproute2 6.1 or later is needed'],
    ['ip utility, iproute2-ss190107', 'fail ip utility, iproute2-ss190107: iproute2 6.1 or later is needed'],
    ['BusyBox v1.36.1 multi-call binary.\n\nUsage', 'fail BusyBox v1.36.1 multi-call binary.: iproute2 6.1'],
    [undefined, 'fail iproute2 is not installed'],
  ])('names an ip that does not do: %j', (iproute2, what) => {
    const [complaint, ...more] = complain(checkHost({ ...SOUND, iproute2 }))
    expect(complaint).toContain(what)
    expect(complaint).toMatch(/ \| apt-get install iproute2$/)
    expect(more).toEqual([])
  })

  it('says why the kernel cannot be read, and what kernel could', () => {
    const [complaint] = complain(checkHost({ ...SOUND, refusal: 'the kernel refused "ip rule show"' }))
    expect(complaint).toContain(
      'fail the kernel\'s rules and routes cannot be read: the kernel refused "ip rule show"',
    )
    expect(complaint).toContain('CONFIG_IP_MULTIPLE_TABLES')
  })

  it('names a missing /proc', () => {
    expect(complain(checkHost({ ...SOUND, kernel: undefined }))).toEqual([
      'fail /proc is not mounted | mount -t proc proc /proc',
    ])
  })

  it('tells who is not root that something may be hidden', () => {
    expect(complain(checkHost({ ...SOUND, root: false }))).toEqual([
      'warn not root: some kernels show endpoints and records to root alone | sudo mptcp-routes check',
    ])
  })
})

describe('isNewEnough', () => {
  it.each([
    ['18.19.0', true],
    ['18.18.9', false],
    ['20.0.0', true],
    ['9.99.9', false],
  ])('%s: %s', (version, is) => {
    expect(isNewEnough(version, [18, 19])).toBe(is)
  })
})
