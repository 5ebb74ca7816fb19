import { expect, it } from 'vitest'
import { readTableNames } from '../../src/ask/table-names.ts'
import { edgeOf } from './leases/edge.ts'

it('reads rt_tables and rt_tables.d of every distribution, the admin’s last', () => {
  const { edge } = edgeOf({
    files: {
      '/usr/lib/iproute2/rt_tables': '10 a\n11 b\n',
      '/usr/share/iproute2/rt_tables': '20 b\n21 c\n',
      '/usr/share/iproute2/rt_tables.d/x.conf': '22 d\n',
      '/etc/iproute2/rt_tables': '30 c\n31 e\n',
      '/etc/iproute2/rt_tables.d/mptcp.conf': '40 e\n',
      '/etc/iproute2/rt_tables.d/README': '41 f\n',
    },
  })
  expect(Object.fromEntries(readTableNames(edge))).toEqual({ a: 10, b: 20, c: 30, d: 22, e: 40 })
})

it('knows none where there are no files', () => {
  expect(readTableNames(edgeOf({}).edge).size).toBe(0)
})
