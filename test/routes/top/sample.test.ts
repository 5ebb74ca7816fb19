import { describe, expect, it } from 'vitest'
import { compareSamples, readSample } from '../../../src/routes/top/sample.ts'
import { capturedSource, UPLINKS } from './captured.ts'

describe('readSample', () => {
  it('reads uplinks, connections and the bytes of devices and paths', () => {
    const sample = readSample(capturedSource())
    expect(sample.uplinks).toBe(UPLINKS)
    expect(sample.connections).toHaveLength(6)
    expect([...sample.devices.keys()]).toEqual(['lo', 'eth0', 'eth1'])
    expect(sample.subflows.size).toBe(10)
    expect(sample.subflows.get('10.1.1.2 56316 203.0.113.2 5201')).toEqual({ received: 5053708, sent: 37 })
  })

  it('is content with a host whose /proc cannot be read', () => {
    const sample = readSample({ ...capturedSource(), readFile: () => undefined })
    expect(sample.devices).toEqual(new Map())
  })
})

describe('compareSamples', () => {
  const source = capturedSource()
  const first = compareSamples(undefined, readSample(source))
  const second = compareSamples(first, readSample(source))

  it('knows no rate after one sample', () => {
    expect([first.deviceRates.size, first.subflowRates.size, first.peak]).toEqual([0, 0, 0])
  })

  it('knows the rates after two, by the time between them', () => {
    expect(second.deviceRates.get('eth0')).toEqual({ in: 2265269, out: 2060422 })
    expect(second.subflowRates.get('10.1.1.2 56316 203.0.113.2 5201')).toEqual({ in: 2207390, out: 0 })
    expect(second.peak).toBe(2265269)
  })

  it('keeps the highest rate that was seen, and rates of no other device count', () => {
    const third = compareSamples(second, { ...second, at: new Date(second.at.getTime() + 1000) })
    expect([third.deviceRates.get('eth0'), third.peak]).toEqual([{ in: 0, out: 0 }, 2265269])
    const onlyEth1 = UPLINKS.filter(({ device }) => device === 'eth1')
    expect(compareSamples(first, { ...second, uplinks: onlyEth1 }).peak).toBe(6428)
  })

  it('makes no rate of a clock that was set back', () => {
    const back = compareSamples(second, { ...second, at: first.at })
    expect([back.deviceRates.size, back.peak]).toEqual([0, 2265269])
  })
})
