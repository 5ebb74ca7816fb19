import { describe, expect, it } from 'vitest'
import { parseClasslessRoutes, parseRouters } from '../../../src/ask/leases/routes.ts'

describe('parseRouters', () => {
  it.each([
    ['10.1.1.1', ['10.1.1.1']],
    ['10.1.1.1,10.1.1.2', ['10.1.1.1', '10.1.1.2']],
    ['10.1.1.2 10.1.1.1', ['10.1.1.2', '10.1.1.1']],
    [' 10.1.1.2,\t 10.1.1.1 ', ['10.1.1.2', '10.1.1.1']],
    ['0.0.0.0 10.1.1.1', ['10.1.1.1']],
    ['gw.example, 10.1.1.1', ['10.1.1.1']],
    ['fe80::1 10.1.1.256 10.1.1 1', []],
    ['10.1.1.1\nflush', ['10.1.1.1']],
    ['10.1.1.1;10.1.1.2', []],
    ['', []],
  ])('reads %j', (text, routers) => {
    expect(parseRouters(text)).toEqual(routers)
  })

  it('finds nothing in more than a message of DHCP can hold', () => {
    expect(parseRouters('10.1.1.1 '.repeat(8000))).toEqual([])
  })
})

describe('parseClasslessRoutes', () => {
  const TWO = [
    { prefix: '10.7.0.0/16', router: '10.1.2.7' },
    { prefix: '0.0.0.0/0', router: '10.1.2.254' },
  ]

  it.each([
    ["dhclient's octets", '16,10,7,10,1,2,7,0,10,1,2,254'],
    ['octets with blanks, as its hooks have them', '16 10 7 10 1 2 7 0 10 1 2 254'],
    ["dhcpcd's pairs", '10.7.0.0/16 10.1.2.7 0.0.0.0/0 10.1.2.254'],
    ["systemd-networkd's pairs", '10.7.0.0/16,10.1.2.7 0.0.0.0/0,10.1.2.254'],
  ])('reads %s', (_, text) => {
    expect(parseClasslessRoutes(text)).toEqual(TWO)
  })

  it.each([
    ['0 10 1 1 1', '0.0.0.0/0', '10.1.1.1'],
    ['1 128 10 1 1 1', '128.0.0.0/1', '10.1.1.1'],
    ['8 10 10 1 1 1', '10.0.0.0/8', '10.1.1.1'],
    ['9 10 128 10 1 1 1', '10.128.0.0/9', '10.1.1.1'],
    ['32 10 9 9 9 10 1 1 1', '10.9.9.9/32', '10.1.1.1'],
    ['24 192 168 7 0 0 0 0', '192.168.7.0/24', '0.0.0.0'],
  ])('reads the widths of %s', (text, prefix, router) => {
    expect(parseClasslessRoutes(text)).toEqual([{ prefix, router }])
  })

  it.each([
    ['12 10 17 10 1 1 1', '10.16.0.0/12'],
    ['10.17.3.4/12 10.1.1.1', '10.16.0.0/12'],
    ['10.0.0.0/0 10.1.1.1', '0.0.0.0/0'],
  ])('clears the bits of the host in %s', (text, prefix) => {
    expect(parseClasslessRoutes(text)).toEqual([{ prefix, router: '10.1.1.1' }])
  })

  it.each([
    '',
    '33 10 1 1 1 1 10 1 1 1',
    '16 10 7 10 1 2',
    '0 10 1 1 1 24 10 1',
    '0 10 1 1 256',
    '0 10 1 1 -1',
    '0 10 1 1 0x1',
    '24 10 300 1 10 1 1 1',
    '0:a:1:1:1',
    '10.7.0.0/16',
    '10.7.0.0/16 10.1.2.7 0.0.0.0/0',
    '10.7.0.0/33 10.1.2.7',
    '10.7.0.0/ 10.1.2.7',
    '10.7.0.0/16/16 10.1.2.7',
    '2001:db8::/32 10.1.2.7',
    '10.7.0.0/16 fe80::1',
    '0.0.0.0/0 gw.example',
  ])('finds nothing in %j', (text) => {
    expect(parseClasslessRoutes(text)).toEqual([])
  })

  it('finds nothing in more than a message of DHCP can hold', () => {
    expect(parseClasslessRoutes('0 10 1 1 1 '.repeat(8000))).toEqual([])
  })
})
