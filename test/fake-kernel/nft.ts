/** nftables with one table, as far as a run of ours speaks to it. */
import type { Edge, Outcome } from '../../src/words/edge.ts'

export interface FakeNft {
  readonly nft: Edge['nft']
  /** What stands, as it is listed; undefined where nothing does. */
  table: string | undefined
  /** The command lines, in their order. */
  readonly asked: string[]
  /** What it says to a table that it is to take. */
  refuses: string | undefined
}

const DONE: Outcome = { status: 0, stdout: '', stderr: '' }
const failed = (words: string): Outcome => ({ status: 1, stdout: '', stderr: `Error: ${words}\n` })

export function createFakeNft(): FakeNft {
  const fake: FakeNft = {
    ...{ table: undefined, asked: [], refuses: undefined },
    nft: (args, input) => {
      fake.asked.push(args.join(' '))
      if (args[0] === 'list') {
        return fake.table === undefined
          ? failed('No such file or directory')
          : { ...DONE, stdout: fake.table }
      }
      if (fake.refuses !== undefined) {
        return failed(fake.refuses)
      }
      if (!args.includes('-c')) {
        fake.table = listed(input)
      }
      return DONE
    },
  }
  return fake
}

/** A table that is given as it was listed stands as it did. */
function listed(text: string): string | undefined {
  const rest = text.replace(/^(add table inet mptcp_routes; )?delete table inet mptcp_routes(; )?/, '')
  const rules = /policy accept; (.*); }; }$/.exec(rest)?.[1]
  if (rest === '' || rules === undefined) {
    return rest === '' ? undefined : `${rest}\n`
  }
  const lines = ['type filter hook prerouting priority dstnat + 10; policy accept;', ...rules.split('; ')]
  return [
    'table inet mptcp_routes {',
    '\tcomment "ifupdown-mptcp"',
    '\tchain prerouting {',
    ...lines.map((line) => `\t\t${line}`),
    '\t}',
    '}\n',
  ].join('\n')
}
