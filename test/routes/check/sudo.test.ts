import { describe, expect, it } from 'vitest'
import { withSudo } from '../../../src/routes/check/sudo.ts'

describe('withSudo', () => {
  it.each([
    ['apt-get install nodejs', 'sudo apt-get install nodejs'],
    ['sysctl -w net.mptcp.enabled=1', 'sudo sysctl -w net.mptcp.enabled=1'],
    ['ifdown eth1 && ifup eth1', 'sudo ifdown eth1 && sudo ifup eth1'],
    [
      'change its stanza, then: ifdown eth1 && ifup eth1 (not the one by which you are logged in)',
      'change its stanza, then: sudo ifdown eth1 && sudo ifup eth1 (not the one by which you are logged in)',
    ],
    [
      'IFACE=eth1 IF_MPTCP_PRIORITY=500 /etc/network/if-up.d/mptcp_up, and mptcp-priority 500 in its stanza',
      'sudo IFACE=eth1 IF_MPTCP_PRIORITY=500 /etc/network/if-up.d/mptcp_up, and mptcp-priority 500 in its stanza',
    ],
    [
      'mptcp-priority = 500 in the section of eth1, then mptcp-routes apply eth1',
      'mptcp-priority = 500 in the section of eth1, then sudo mptcp-routes apply eth1',
    ],
    [
      'systemctl enable --now mptcp-routes, or run: mptcp-routes watch',
      'sudo systemctl enable --now mptcp-routes, or run: sudo mptcp-routes watch',
    ],
    [
      'mptcp-routes apply eth1; the watcher keeps it so',
      'sudo mptcp-routes apply eth1; the watcher keeps it so',
    ],
    [
      'ip -6 route del ::/1 dev tun0 && ip -6 route del 8000::/1 dev tun0',
      'sudo ip -6 route del ::/1 dev tun0 && sudo ip -6 route del 8000::/1 dev tun0',
    ],
    [
      'nstat -az | grep MPTcp, and watch: mptcp-routes top',
      'nstat -az | grep MPTcp, and watch: sudo mptcp-routes top',
    ],
    [
      'apt install --reinstall ./ifupdown-mptcp_*.deb, or ./install.sh in its source',
      'sudo apt install --reinstall ./ifupdown-mptcp_*.deb, or sudo ./install.sh in its source',
    ],
    ['mkdir -p /a && printf %s x | tee /a/b', 'sudo mkdir -p /a && printf %s x | sudo tee /a/b'],
    [
      'until its restart: nmcli device set eth0 managed no; nmcli device set eth1 managed no',
      'until its restart: sudo nmcli device set eth0 managed no; sudo nmcli device set eth1 managed no',
    ],
  ])('%s', (cure, expected) => {
    expect(withSudo(cure)).toBe(expected)
  })

  it.each([
    'see: ip rule; ip route get 203.0.113.1 from 10.1.2.2',
    'see: ip link; where it is gone for good',
    'see whether it is on: ping -c 1 -I 10.1.2.2 10.1.2.1',
    'sudo mptcp-routes check',
    'mptcp-gateway names a router',
    'with the options of its stanza as IF_MPTCP_GATEWAY=... before IFACE',
    'a kernel of Linux 5.6 or later with CONFIG_MPTCP',
  ])('leaves alone what everybody may do: %s', (cure) => {
    expect(withSudo(cure)).toBe(cure)
  })
})
