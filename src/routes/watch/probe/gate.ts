/** How many do something at one time; who comes later waits for his turn. */

export interface Gate {
  /**
   * @param work begins now or later, and calls what it is handed when it is over, once
   * @returns a function that gives up waiting
   */
  readonly enter: (work: (leave: () => void) => void) => () => void
}

export function openGate(most: number): Gate {
  const waiting = new Set<(leave: () => void) => void>()
  let inside = 0
  const leave = () => {
    inside -= 1
    const [next] = waiting
    if (next !== undefined) {
      waiting.delete(next)
      begin(next)
    }
  }
  const begin = (work: (leave: () => void) => void) => {
    inside += 1
    work(leave)
  }
  return {
    enter: (work) => {
      if (inside < most) {
        begin(work)
      } else {
        waiting.add(work)
      }
      return () => waiting.delete(work)
    },
  }
}
