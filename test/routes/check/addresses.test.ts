import { describe, expect, it } from 'vitest'
import { checkAddresses } from '../../../src/routes/check/addresses.ts'
import { world } from '../../plan/worlds.ts'
import { complain, SOUND, stepOf } from './points.ts'

function complaintsOf(lines: readonly string[], masters: readonly (readonly [string, string])[] = []) {
  const step = stepOf(world(...SOUND, ...lines))
  return complain(checkAddresses({ step, probes: { masters: new Map(masters) } }))
}

describe('checkAddresses', () => {
  it('finds nothing on a sound host', () => {
    expect(complaintsOf([])).toEqual([])
  })

  it('names an address that another host has too', () => {
    expect(
      complaintsOf(['addr 2001:db8:2::2/64 dev eth1 dadfailed', 'addr 2001:db8:2::3/64 dev eth1']),
    ).toEqual([
      'fail eth1: another host has 2001:db8:2::2 too (dadfailed), so nothing is sent from there | see: ip -6 address show dadfailed; give one of the two hosts another address',
    ])
  })

  it('names an uplink that is a port of a bridge, and says nothing of ports that are none', () => {
    expect(
      complaintsOf(
        ['link eth7'],
        [
          ['eth1', 'br0'],
          ['eth7', 'br0'],
        ],
      ),
    ).toEqual([
      'fail eth1: it is a port of br0, which takes all that comes in: what is sent to 10.1.2.2 is not heard | give br0 the address, the gateway and the options, in its own stanza, and eth1 none',
    ])
  })
})
