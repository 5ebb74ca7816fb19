import { describe, expect, it } from 'vitest'
import { checkUplinks } from '../../../src/routes/check/uplinks.ts'
import type { Route } from '../../../src/words/state.ts'
import { NOW, stanza, T1, world } from '../../plan/worlds.ts'
import { complain, IFUPDOWN, NO_PROBES, probe, SOUND, STANZAS, stepOf } from './points.ts'

/** The route of the world that the words describe. */
function routeOf(text: string): Route {
  const { routes } = world('link wg0', text)
  return routes[0] as Route
}

function complaintsOf(
  answer: { readonly route?: Route; readonly error?: string },
  lines: readonly string[] = [],
  stanzas = STANZAS,
): string[] {
  const step = stepOf(world(...SOUND, ...lines), stanzas)
  return complain(
    checkUplinks({
      ifupdown: IFUPDOWN,
      now: NOW,
      watched: true,
      step,
      probes: { ...NO_PROBES, probes: [probe('10.1.2.2', answer)] },
    }),
  )
}

const QUESTION = '"ip route get 203.0.113.1 from 10.1.2.2 ipproto 6" says'
const WRONG = `fail eth1: 10.1.2.2 should go via 10.1.2.1 dev eth1: ${QUESTION}`
const BY_VPN = routeOf('route default dev wg0 table 51820')

describe('the way of each address', () => {
  it('is right by the own table and gateway', () => {
    const route = routeOf(`route default via 10.1.2.1 dev eth1 table ${T1} proto 77`)
    expect(complaintsOf({ route })).toEqual([])
  })

  it('is not judged where main has a route to the very place, on a host with more than can be read', () => {
    expect(complaintsOf({ route: routeOf('route 203.0.113.0/24 dev wg0') })).toEqual([])
  })

  it('is wrong by another gateway of the own table', () => {
    const route = routeOf(`route default via 10.1.2.9 dev eth1 table ${T1} proto 77`)
    expect(complaintsOf({ route })[0]).toContain(`${WRONG} via 10.1.2.9 dev eth1 (table ${T1})`)
  })

  const byMain = routeOf('route default via 10.1.1.1 dev eth0')

  it('is wrong by main, and tells where to look where nothing is known against anybody', () => {
    expect(complaintsOf({ route: byMain })).toEqual([
      `${WRONG} via 10.1.1.1 dev eth0 (main) | see: ip rule; ip route get 203.0.113.1 from 10.1.2.2 ipproto 6`,
    ])
  })

  it('is wrong by main because something of ours is missing', () => {
    const snapshot = world(...SOUND)
    const step = stepOf({ ...snapshot, rules: snapshot.rules.filter(({ from }) => from !== '10.1.2.2') })
    const probes = { ...NO_PROBES, probes: [probe('10.1.2.2', { route: byMain })] }
    expect(complain(checkUplinks({ ifupdown: IFUPDOWN, now: NOW, watched: true, step, probes }))[1]).toBe(
      `${WRONG} via 10.1.1.1 dev eth0 (main) | mptcp-routes apply eth1`,
    )
  })

  it('names the rule of a VPN that goes before ours, and how to go before it', () => {
    const rule = 'foreign not from all fwmark 0xca6c lookup 51820 priority 30998'
    expect(complaintsOf({ route: BY_VPN }, [rule])).toEqual([
      `${WRONG} dev wg0 (table 51820), as the rule of another program at 30998 goes before ours: not from all fwmark 0xca6c lookup 51820` +
        ' | IFACE=eth1 IF_MPTCP_PRIORITY=30996 /etc/network/if-up.d/mptcp_up, and mptcp-priority 30996 in its stanza',
    ])
    const configured = [stanza('eth1', { IF_MPTCP_GATEWAY: '10.1.2.1' }, { door: 'configuration' })]
    expect(complaintsOf({ route: BY_VPN }, [rule], configured)[0]).toMatch(
      / \| mptcp-priority = 30996 in the section of eth1, then mptcp-routes apply eth1$/,
    )
  })

  it('does not blame a rule behind ours, of another address, or of another table', () => {
    for (const rule of [
      'foreign from all lookup 51820 priority 31001',
      'foreign from 10.1.1.0/24 lookup 51820 priority 100',
      'foreign from all lookup 51821 priority 100',
      'foreign from all ipproto ipproto-17 lookup 51820 priority 100',
    ]) {
      expect(complaintsOf({ route: BY_VPN }, [rule])[0]).not.toContain('another program')
    }
  })

  it('names a rule for TCP alone, by its number and by its name', () => {
    for (const protocol of ['ipproto-6', 'tcp']) {
      const rule = `foreign from all ipproto ${protocol} lookup 51820 priority 100`
      expect(complaintsOf({ route: BY_VPN }, [rule])[0]).toContain('the rule of another program at 100')
    }
  })

  it('names a rule that answers with an error', () => {
    const rule = 'foreign from 10.1.2.0/24 priority 2000'
    expect(complaintsOf({ error: 'Permission denied' }, [rule])[0]).toContain(
      `${WRONG} "Permission denied", as the rule of another program at 2000 goes before ours: from 10.1.2.0/24`,
    )
  })

  it('deletes a rule so early that nothing fits before it by all that it selects, as others may have its number', () => {
    const rule = 'foreign from 10.1.2.2 lookup 51820 priority 1'
    expect(complaintsOf({ route: BY_VPN }, [rule])[0]).toMatch(
      / \| ip rule del from 10\.1\.2\.2 lookup 51820 priority 1$/,
    )
  })

  it('deletes no rule at 0, nor one that no command can name', () => {
    for (const rule of [
      'foreign from all lookup 51820 priority 0',
      'foreign from all iif gone0 [detached] lookup 51820 priority 1',
    ]) {
      expect(complaintsOf({ route: BY_VPN }, [rule])[0]).toMatch(/ \| see: ip rule$/)
    }
  })
})
