/** Commands that a word resembles, as commander judges that. */
import { Command, CommanderError } from 'commander'

/** The one of the commands that the word was meant to be, `status` for `stauts`; undefined where it resembles none. */
export function similarCommand(word: string, commands: readonly string[]): string | undefined {
  let text = ''
  const program = new Command().exitOverride().configureOutput({
    writeErr: (words) => {
      text = words
    },
  })
  for (const name of commands) {
    program.command(name)
  }
  try {
    program.parse(['--', word], { from: 'user' })
  } catch (error) {
    if (!(error instanceof CommanderError)) {
      throw error
    }
  }
  return /\(Did you mean (?:one of )?(\w+)/.exec(text)?.[1]
}
