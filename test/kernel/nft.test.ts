import { describe, expect, it } from 'vitest'
import { formatNft, readNft, runNft, tryNft } from '../../src/kernel/nft.ts'
import type { Edge, Outcome } from '../../src/words/edge.ts'
import type { NftChange } from '../../src/words/state.ts'

const TABLE = { text: 'create table inet mptcp_routes', signature: 'ifupdown-mptcp' }
const change = (verb: NftChange['verb']): NftChange => ({ kind: 'nft', verb, table: TABLE })

/** An nft that answers so, and what it was told. */
function edgeWith(outcome: Partial<Outcome> | undefined) {
  const told: string[] = []
  const nft: Edge['nft'] = (args, input) => {
    told.push(`${args.join(' ')}|${input}`)
    return outcome && { status: 0, stdout: '', stderr: '', ...outcome }
  }
  return { edge: { nft } as Edge, told }
}

const GONE = {
  status: 1,
  stderr:
    '/dev/stdin:1:14-30: Error: Could not process rule: No such file or directory\ndelete table\n  ^^^\n',
}

it.each([
  ['add', 'create table inet mptcp_routes'],
  ['replace', 'add table inet mptcp_routes; delete table inet mptcp_routes; create table inet mptcp_routes'],
  ['delete', 'delete table inet mptcp_routes'],
] as const)('a table to %s is one transaction', (verb, text) => {
  const { edge, told } = edgeWith({})
  expect(formatNft(change(verb))).toBe(text)
  expect([runNft(edge, change(verb)), tryNft(edge, change(verb))]).toEqual([undefined, undefined])
  expect(told).toEqual([`-f -|${text}`, `-c -f -|${text}`])
})

describe('what nft refuses', () => {
  it.each([
    [{ ...GONE }, 'nft: Could not process rule: No such file or directory'],
    [{ status: 1, stderr: '' }, 'nft: no reason given'],
    [
      { status: 1, stderr: 'Operation not permitted (you must be root)\nnetlink: Error: cache …\n' },
      'nft: Operation not permitted (run it as root)',
    ],
    [undefined, 'there is no nft command: apt-get install nftables'],
  ])('is told in a line: %j', (outcome, words) => {
    expect(runNft(edgeWith(outcome).edge, change('add'))).toBe(words)
  })

  it('is none where what is to go is gone', () => {
    expect(runNft(edgeWith(GONE).edge, change('delete'))).toBeUndefined()
  })
})

describe('what stands', () => {
  const ours = 'table inet mptcp_routes {\n\tcomment "ifupdown-mptcp"\n}\n'

  it.each([
    ['nothing', GONE, { owner: 'nobody' }],
    ['ours', { stdout: ours }, { owner: 'ours', table: { text: ours.trim(), signature: 'ifupdown-mptcp' } }],
    ['another', { stdout: ours.replace('ifupdown', 'their') }, { owner: 'others' }],
    ['one without a comment', { stdout: 'table inet mptcp_routes {\n}\n' }, { owner: 'others' }],
    ['untold', { status: 1, stderr: 'Error: x\n' }, { owner: 'untold', why: 'nft: x' }],
    [
      'untold without nft',
      undefined,
      { owner: 'untold', why: 'there is no nft command: apt-get install nftables' },
    ],
  ])('is %s', (_, outcome, standing) => {
    const { edge, told } = edgeWith(outcome)
    expect(readNft(edge)).toEqual(standing)
    expect(told).toEqual(['list table inet mptcp_routes|'])
  })
})
