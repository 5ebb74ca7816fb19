/** What wakes the watcher: the kernel's events, by a monitor that is started again when it ends, and files of others. */
import { recordsDirectory } from '../../ask/records.ts'
import type { Edge } from '../../words/edge.ts'
import { quote } from '../../words/refusal.ts'
import { PROTOCOL } from '../../words/table.ts'
import { type Folders, watchFolders } from './folders.ts'
import type { Loop } from './loop.ts'
import { startMonitor } from './monitor.ts'

export interface Ears {
  readonly folders: Folders
  readonly close: () => void
}

/** Leases of dhclient, dhcpcd, NetworkManager and networkd. */
const LEASES = [
  '/var/lib/dhcp',
  '/var/lib/dhcpcd',
  '/run/NetworkManager/devices',
  '/run/systemd/netif/leases',
]

/** In ms: one that has lived so long has worked, and is missed. */
const WORKED = 1_000
const FIRST_PAUSE = 100
const LONGEST_PAUSE = 60_000

/** In ms: until then a monitor has surely subscribed to the kernel's events. */
const SUBSCRIBED = 250

type Reactions = Pick<Loop, 'stir' | 'say'>

export function openEars(edge: Edge, env: NodeJS.ProcessEnv, loop: () => Reactions): Ears {
  const records = recordsDirectory(edge)
  const places = records === undefined ? LEASES : [...LEASES, records]
  const folders = watchFolders(places, (path) => loop().stir(`a change of ${quote(path)}`))
  const monitor = keepMonitor(env, loop)
  return {
    folders,
    close: () => {
      folders.close()
      monitor.close()
    },
  }
}

/** What bears our mark and is new: a run of ours has made it. */
function isEcho(line: string): boolean {
  return !line.startsWith('Deleted ') && `${line} `.includes(` proto ${PROTOCOL} `)
}

function keepMonitor(env: NodeJS.ProcessEnv, loop: () => Reactions): { close: () => void } {
  let pause: number | undefined
  let told = ''
  let stop = () => {}
  const timers = new Set<NodeJS.Timeout>()
  const later = (milliseconds: number, work: () => void) => {
    const timer = setTimeout(() => {
      timers.delete(timer)
      work()
    }, milliseconds)
    timers.add(timer)
  }
  const start = () => {
    const born = performance.now()
    later(SUBSCRIBED, () => loop().stir('the start of ip monitor'))
    stop = startMonitor(env, {
      heard: (line) => loop().stir(isEcho(line) ? undefined : quote(line)),
      lost: () => loop().stir('a loss of events'),
      ended: (why) => {
        const hasWorked = performance.now() - born > WORKED
        pause = hasWorked || pause === undefined ? FIRST_PAUSE : Math.min(LONGEST_PAUSE, pause * 2)
        if (hasWorked || why !== told) {
          told = why
          const text = `ip monitor has ended and is started again: ${why}`
          loop().say({ device: undefined, level: 4, text })
        }
        later(pause, start)
        loop().stir('the end of ip monitor')
      },
    })
  }
  start()
  return {
    close: () => {
      stop()
      timers.forEach(clearTimeout)
    },
  }
}
