import { describe, expect, it } from 'vitest'
import { type Lives, openLives } from '../../../src/routes/watch/lives.ts'
import type { Look } from '../../../src/routes/watch/look.ts'
import type { Course } from '../../../src/routes/watch/probe/prober.ts'
import { textOf } from '../../../src/routes/watch/standing.ts'
import type { Death } from '../../../src/words/death.ts'
import { uplinkKey } from '../../../src/words/death.ts'
import { Refusal } from '../../../src/words/refusal.ts'
import type { Snapshot } from '../../../src/words/state.ts'
import { PAGE, planOf, stanza, T0, T1, world } from '../../plan/worlds.ts'

const STANZAS = [
  stanza('eth0', { IF_MPTCP_GATEWAY: '10.1.1.1', IF_MPTCP_PROBE: 'gateway 192.0.2.1' }),
  stanza('eth1', { IF_MPTCP_GATEWAY: '10.1.2.1' }),
]
const KEY = uplinkKey({ device: 'eth0', family: 'inet', table: T0 })
const WHY = 'no answer from 10.1.1.1, 192.0.2.1 (mptcp-probe)'

const PLUGGED = world(PAGE)

/** The same with the cable of the device out. */
function without(device: string): Snapshot {
  const links = PLUGGED.links.map((link) => (link.name === device ? { ...link, carrier: false } : link))
  return { ...PLUGGED, links }
}

const planIn = (snapshot: Snapshot) => planOf(snapshot, { devices: ['eth0', 'eth1'], stanzas: STANZAS })

interface Story {
  readonly lives: Lives
  readonly written: (readonly Death[])[]
  /** The file takes them. */
  writable: boolean
  readonly told: string[]
  /** How often any carrier was lost. */
  breaks: number
  readonly courses: (readonly Course[])[]
  now: number
  /** A whole look. */
  readonly look: (
    snapshot?: Snapshot,
    seen?: Partial<Look>,
    contested?: readonly string[],
    waiting?: readonly string[],
  ) => readonly Death[]
}

function start(before: readonly Death[] = []): Story {
  const written: (readonly Death[])[] = []
  const told: string[] = []
  const courses: (readonly Course[])[] = []
  const lives = openLives({
    now: () => ({ steady: story.now, wall: 1_000_000 + story.now }),
    deaths: { read: () => before, write: (deaths) => story.writable && written.push(deaths) > 0 },
    breaks: () => `${story.breaks}`,
    probe: (asked) => courses.push(asked),
    tell: (entries) => told.push(...entries.map(({ level, text }) => `<${level}> ${text}`)),
  })
  const story: Story = {
    ...{ lives, written, told, courses, breaks: 0, now: 0, writable: true },
    look: (snapshot = PLUGGED, seen = {}, contested = [], waiting = []) => {
      const plan = planIn(snapshot)
      const deaths = lives.judge(plan.uplinks, snapshot)
      const whole = { plan, named: [], made: [], undone: [], refused: new Map(), ...seen }
      const silent = new Set(waiting)
      lives.endLook({ seen: whole, silent, waiting: silent, contested: new Set(contested) })
      return deaths
    },
  }
  return story
}

function lose(story: Story): (readonly string[])[] {
  return [1, 2, 3].map(() => story.lives.hear(KEY, 'lost'))
}

describe('the lives of uplinks', () => {
  it('where all is well, nothing is written nor said', () => {
    const story = start()
    expect(story.look()).toEqual([])
    expect([story.written, story.told]).toEqual([[], []])
  })

  it('a cable that is out counts in the same look, and is written once', () => {
    const story = start()
    const deaths = story.look(without('eth1'))
    expect(deaths).toMatchObject([{ device: 'eth1', family: 'inet', table: T1, why: 'no carrier' }])
    story.look(without('eth1'))
    expect(story.written).toEqual([deaths])
    expect(story.told).toEqual(['<4> uplink eth1 inet is dead: no carrier'])
  })

  it('what cannot be written counts, is told once, and is tried again at each look, with nothing to do too', () => {
    const story = start()
    story.writable = false
    const deaths = story.look(without('eth1'))
    expect(deaths).toMatchObject([{ device: 'eth1' }])
    expect(story.look(without('eth1'))).toEqual(deaths)
    story.lives.write()
    expect(story.told).toEqual([
      '<4> uplink eth1 inet is dead: no carrier',
      '<4> which uplinks are dead cannot be written down (/run/mptcp-routes takes no file): a hook, apply and status do not know it',
    ])
    story.writable = true
    story.lives.write()
    story.look(without('eth1'))
    expect(story.written).toEqual([deaths])
    story.writable = false
    story.look()
    story.now = 3000
    story.look()
    expect(story.told.slice(2)).toEqual(['<5> uplink eth1 inet has carrier again, after 3 s', story.told[1]])
  })

  it('a probe that is lost is a cause for a look, which writes it', () => {
    const story = start()
    story.look()
    expect(lose(story)).toEqual([[], [], ['uplink eth0 inet is dead']])
    expect(story.written).toEqual([])
    expect(story.look()).toMatchObject([{ device: 'eth0', why: WHY }])
    expect(story.written).toHaveLength(1)
    expect(story.told).toEqual([`<4> uplink eth0 inet is dead: ${WHY}`])
  })

  it('one that is back says after what time', () => {
    const story = start()
    story.look()
    lose(story)
    story.now = 192_000
    const causes = [1, 2, 3].flatMap(() => story.lives.hear(KEY, 'answered'))
    expect(causes).toEqual(['uplink eth0 inet answers again'])
    expect(story.told.at(-1)).toBe('<5> uplink eth0 inet answers again, after 3 min 12 s')
    expect(story.look()).toEqual([])
  })

  it('carrier that has lasted is a cause for a look', () => {
    const story = start()
    story.look(without('eth1'))
    story.now = 5000
    story.look()
    expect(story.lives.nextReturn()).toBe(8000)
    story.now = 8000
    expect(story.lives.pass()).toEqual(['uplink eth1 inet has carrier again'])
    expect(story.told.at(-1)).toBe('<5> uplink eth1 inet has carrier again, after 8 s')
    expect(story.lives.nextReturn()).toBe(Number.POSITIVE_INFINITY)
  })

  it('carrier that was lost for less than the kernel tells of counts from then on', () => {
    const story = start()
    story.look(without('eth1'))
    story.now = 1000
    story.look()
    story.breaks += 1
    story.now = 3900
    story.lives.hear(KEY, 'answered')
    story.now = 4000
    expect(story.lives.pass()).toEqual([])
    expect(story.lives.nextReturn()).toBe(6900)
    story.now = 6900
    story.breaks += 1
    expect(story.lives.pass()).toEqual([])
    story.now = 9900
    expect(story.lives.pass()).toEqual(['uplink eth1 inet has carrier again'])
  })

  it('what was dead before the start is, is told, and not written again', () => {
    const death = { device: 'eth0', family: 'inet', table: T0, since: 7, why: WHY } as const
    const story = start([death])
    expect(story.look()).toEqual([death])
    expect(story.told).toEqual([`<4> uplink eth0 inet is dead: ${WHY}`])
    expect(story.written).toEqual([])
  })

  it('what is gone is forgotten, and that is written', () => {
    const death = { device: 'ppp0', family: 'inet', table: 9, since: 7, why: WHY } as const
    const story = start([death])
    story.look()
    story.now = 10_000
    story.look()
    expect(story.written).toEqual([[]])
  })

  it('a device that was left as it is has not gone', () => {
    const death = { device: 'ppp0', family: 'inet', table: 9, since: 7, why: WHY } as const
    const story = start([death])
    const refused = new Map([['ppp0', new Refusal('the kernel refused it')]])
    story.look(PLUGGED, { refused })
    story.now = 60_000
    story.look(PLUGGED, { refused })
    expect(story.written).toEqual([])
  })

  it('where the host could not be read nothing changes', () => {
    const story = start()
    story.look(PLUGGED, { plan: undefined })
    expect(story.courses).toEqual([])
  })
})

describe('who is asked', () => {
  it('the targets, from the addresses of the uplink', () => {
    const story = start()
    story.look()
    const targets = ['10.1.1.1', '192.0.2.1'].map((address) => ({ address, port: undefined }))
    expect(story.courses).toEqual([
      [{ key: KEY, device: 'eth0', sources: ['10.1.1.2'], targets, interval: 5 }],
    ])
  })

  it('nobody where the rules may not stand: the kernel refused them, or somebody takes them away', () => {
    const story = start()
    const rule = planIn(PLUGGED).uplinks[0]?.rules.find(({ kind }) => kind === 'source')
    const text = rule && textOf({ kind: 'rule', verb: 'add', rule })
    story.look(PLUGGED, { refused: new Map([['eth0', new Refusal('refused')]]) })
    story.look(PLUGGED, {}, [text ?? ''])
    expect(story.courses).toEqual([[], []])
    story.look(PLUGGED, {}, ['ip rule add from 10.1.2.2 lookup 7'])
    expect(story.courses[2]).toHaveLength(1)
  })

  it('the same as before while a lease is being asked for', () => {
    const story = start()
    story.look()
    const plan = planIn(PLUGGED)
    const others = plan.uplinks.filter(({ device }) => device !== 'eth0')
    story.look(PLUGGED, { plan: { ...plan, uplinks: others } }, [], ['eth0'])
    expect(story.courses[1]).toEqual(story.courses[0])
    story.look(PLUGGED, { plan: { ...plan, uplinks: others } })
    expect(story.courses[2]).toEqual([])
  })
})
