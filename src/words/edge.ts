/** The world outside of a run: handed in, so that a test can hand in another. */

/** What a process left behind. */
export interface Outcome {
  readonly status: number
  readonly stdout: string
  readonly stderr: string
}

/** A lock that is held until it is released. */
export interface Lock {
  readonly release: () => void
}

export interface Edge {
  /** Runs `ip` with the arguments and the input. Throws a Refusal where it is missing or does not end in 10 s. */
  readonly ip: (args: readonly string[], input: string) => Outcome
  /** The same, but ends `ip` once it has printed more than the bytes; undefined then. */
  readonly ipUpTo: (args: readonly string[], bytes: number) => Outcome | undefined
  /** Runs `nft` with the arguments and the input, for at most 10 s; undefined where there is no such program. */
  readonly nft: (args: readonly string[], input: string) => Outcome | undefined
  /** What `dhcpcd -4 -U DEVICE` prints; empty where there is no dhcpcd or no lease, or it does not answer in 2 s. */
  readonly dhcpcdLease: (device: string) => string
  /** The text of a regular file (or one of /proc); undefined where it cannot be read, is no file, or is larger than 16 MiB. */
  readonly readFile: (path: string) => string | undefined
  /** The names in a directory, sorted; empty where it cannot be read. */
  readonly listDirectory: (path: string) => readonly string[]
  /** Writes a file whole or not at all, readable by all, writable by its owner; makes its directories. Says whether it could. */
  readonly writeFile: (path: string, text: string) => boolean
  readonly removeFile: (path: string) => void
  /** Writes into a file of /proc/sys that is there. Says why it could not: `EROFS`, `EACCES` … */
  readonly writeSysctl: (path: string, value: string) => string | undefined
  /** Whether the file stands where nobody can write, root neither. */
  readonly isReadOnly: (path: string) => boolean
  /** Names the network namespace, `4-4026531840`; undefined where /proc does not tell. */
  readonly networkNamespace: () => string | undefined
  /**
   * Takes the lock at the path, for at most 30 s.
   *
   * @returns the lock; `busy` where another run held it all the time; `none` where there is no flock or no place for a file
   */
  readonly lock: (path: string) => Lock | 'busy' | 'none'
  /** The same without waiting. */
  readonly tryLock: (path: string) => Lock | 'busy' | 'none'
  /** Nor does this one wait: any number can have it at a time, as long as nobody has the other. */
  readonly tryShared: (path: string) => Lock | 'busy' | 'none'
  readonly now: () => Date
  readonly sleep: (milliseconds: number) => void
}
