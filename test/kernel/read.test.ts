import { describe, expect, it } from 'vitest'
import { readSnapshot } from '../../src/kernel/read.ts'
import type { Edge, Outcome } from '../../src/words/edge.ts'
import type { Family } from '../../src/words/state.ts'
import { BOTH, readDialogues, refusalOf, snapshot, stage } from '../captured.ts'

const NO_IPV6 = { '/proc/net/if_inet6': undefined }
const BATCH = '-N -d -o -force -batch -'

describe('readSnapshot', () => {
  it.each<[readonly Family[], Record<string, undefined>, readonly Family[], string[]]>([
    [['inet'], {}, ['inet'], [BATCH]],
    [['inet6'], {}, ['inet6'], [`-6 ${BATCH}`]],
    [BOTH, {}, ['inet6', 'inet'], [`-6 ${BATCH}`, BATCH]],
    [['inet', 'inet6'], {}, ['inet', 'inet6'], [`-6 ${BATCH}`, BATCH]],
    [BOTH, NO_IPV6, ['inet'], [BATCH]],
    [['inet6'], NO_IPV6, ['inet6'], [`-6 ${BATCH}`]],
  ])('of %j with %j reads the rules of %j by %j', (families, files, read, reads) => {
    const set = stage({ kernel: 'dual-stack', files })
    expect(readSnapshot(families, ['eth1'], [], set.edge).families).toEqual(read)
    expect(set.reads).toEqual(reads)
  })

  it('tells addresses and routes of both families with IPv4, of IPv6 alone without', () => {
    const familiesOf = (families: readonly Family[]) => {
      const { addresses, routes, rules, foreignRules } = snapshot('one-uplink', families)
      return [addresses, routes, [...rules, ...foreignRules]].map((all) =>
        [...new Set(all.map(({ family }) => family))].sort(),
      )
    }
    expect(familiesOf(['inet'])).toEqual([['inet', 'inet6'], ['inet', 'inet6'], ['inet']])
    expect(familiesOf(['inet6'])).toEqual([['inet6'], ['inet6'], ['inet6']])
    expect(familiesOf(BOTH)).toEqual([
      ['inet', 'inet6'],
      ['inet', 'inet6'],
      ['inet', 'inet6'],
    ])
  })

  it('asks for rules before addresses, and for the IPv6 rules before anything else', () => {
    const { edge } = stage()
    const asked: string[] = []
    const ip: Edge['ip'] = (args, input) => {
      asked.push(...input.split('\n').filter((line) => /^(rule|addr)/.test(line)))
      return edge.ip(args, input)
    }
    readSnapshot(BOTH, [], [], { ...edge, ip })
    expect(asked).toEqual(['rule show', 'rule show', 'addr show'])
  })

  it('does without endpoints and limits where there are none to be had', () => {
    const none = { endpoints: [], limits: undefined }
    const without = stage({ files: { '/proc/sys/net/mptcp/enabled': undefined } })
    expect(readSnapshot(['inet'], [], [], without.edge)).toMatchObject({
      ...none,
      mptcp: { enabled: false, pathManager: 'kernel' },
    })
    const { edge } = stage()
    const refusing = answeringWith(edge, ({ status: _, stdout, stderr }) => ({
      status: 1,
      stdout: stdout
        .split('\n')
        .filter((line) => !/ id \d+|subflows/.test(line))
        .join('\n'),
      stderr: `${stderr}Error: Operation not supported\nCommand failed -:10\nError: no\nCommand failed -:12\n`,
    }))
    expect(readSnapshot(['inet'], [], [], refusing)).toMatchObject({ ...none, mptcp: { enabled: true } })
  })
})

/** The same world, whose `ip` answers something else. */
function answeringWith(edge: Edge, change: (outcome: Outcome, input: string) => Outcome): Edge {
  return { ...edge, ip: (args, input) => change(edge.ip(args, input), input) }
}

describe('an answer that is not what was asked for', () => {
  const read = (change: (stdout: string) => string) => {
    const edge = answeringWith(stage().edge, (outcome) => ({ ...outcome, stdout: change(outcome.stdout) }))
    return refusalOf(() => readSnapshot(['inet'], ['eth1'], [], edge))
  }
  const line = (start: string) => new RegExp(`^${start}.*\\n`, 'm')

  it.each<[string, (stdout: string) => string]>([
    ['empty', () => ''],
    ['null', () => 'null\n'],
    ['JSON', () => '[{}]\n[]\n'],
    ['one too many', (stdout) => stdout.replace(line('31000:'), (rule) => `${rule}[{}]\n`)],
    ['one sentinel too few', (stdout) => stdout.replace(line('1: lo: <'), '')],
    ['cut off in the middle', (stdout) => stdout.slice(0, stdout.length / 2)],
    ['cut off in the last line', (stdout) => stdout.slice(0, -3)],
    ['a rule that is cut off', (stdout) => stdout.replace(line('31000:'), '31000:\tfrom 10.1.2\n')],
    ['a route that is none', (stdout) => stdout.replace(line('1 default'), '{}\n')],
    ['an address that is none', (stdout) => stdout.replace(line('3: eth1    inet '), 'null\n')],
    ['no limits', (stdout) => stdout.replace(line('add_addr_accepted'), '')],
    ['limits twice', (stdout) => stdout.replace(line('add_addr_accepted'), (text) => `${text}${text}`)],
    ['an endpoint that is none', (stdout) => stdout.replace(line('10.1.2.2 id'), '[]\n')],
  ])('(%s) is an error', (_, change) => {
    expect(read(change)).toMatch(/^Refusal: .*: iproute2 6\.1 or later is needed$/)
  })

  it('names what was asked', () => {
    expect(read((stdout) => stdout.replace(line('31000:'), '31000:\tfrom 10.1.2\n'))).toBe(
      'Refusal: "ip rule show" answered "31000:\\tfrom 10.1.2", which is not understood: iproute2 6.1 or later is needed',
    )
  })

  it("ends in ip's own words where it does not know an option", () => {
    const stderr = readDialogues('refusals')['option']?.stderr.join('\n') ?? ''
    const edge: Edge = { ...stage().edge, ip: () => ({ status: 255, stdout: '', stderr }) }
    expect(refusalOf(() => readSnapshot(['inet'], [], [], edge))).toBe(
      'Refusal: "ip -N -d -o -force -batch -" failed: Option "-X" is unknown, try "ip -help".: iproute2 6.1 or later is needed',
    )
  })

  it("ends in the kernel's words where it refuses what every plan needs", () => {
    const stderr = 'RTNETLINK answers: Operation not permitted\nCommand failed -:2\n'
    const edge = answeringWith(stage().edge, (outcome) => ({ ...outcome, status: 1, stderr }))
    expect(refusalOf(() => readSnapshot(['inet6'], [], [], edge))).toBe(
      'Refusal: the kernel refused "ip -6 rule show": Operation not permitted',
    )
  })
})

describe('a dump that the kernel could not finish in one piece', () => {
  const interrupted = (times: number) => {
    let left = times
    return answeringWith(stage({ kernel: 'dual-stack' }).edge, (outcome) => {
      left -= 1
      const stderr = 'Dump was interrupted and may be inconsistent.\n'
      return left < 0 ? outcome : { ...outcome, stdout: '', stderr }
    })
  }
  const read = (times: number) => readSnapshot(BOTH, ['eth1'], [], interrupted(times))

  it('is asked for again', () => {
    expect(read(9)).toEqual(read(0))
  })

  it('is never taken for the whole', () => {
    expect(refusalOf(() => read(99))).toMatch(/^Refusal: .* change too fast to be read/)
  })
})
