/** The small parsers and printers. */
import { isIP } from 'node:net'
import fc from 'fast-check'
import './settings.ts'
import { describe, expect, test } from 'vitest'
import { parseAnswers, parseFailures } from '../../src/kernel/batch.ts'
import { contains, parseIp, parseNetmask, subnetOf } from '../../src/words/address.ts'
import { quote, Refusal } from '../../src/words/refusal.ts'
import { deriveTable, isUsableTable, parseTableNames } from '../../src/words/table.ts'

/** The start of an interface's name; what follows it is a number. */
const stem = fc.stringMatching(/^[\w.@+=,-]{0,9}[A-Za-z_.@+=,-]$/)
const trailing = fc.integer({ min: 0, max: 65535 })
const anyName = fc.stringMatching(/^[\w.@+=,][\w.@+=,-]{0,14}$/)
const anyText = fc
  .array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 200 })
  .map((units) => String.fromCharCode(...units))

describe('deriveTable', () => {
  test('tells apart names that differ in their trailing number', () => {
    fc.assert(
      fc.property(stem, trailing, trailing, (name, one, other) => {
        fc.pre(one !== other)
        expect(deriveTable(`${name}${one}`)).not.toBe(deriveTable(`${name}${other}`))
      }),
      { numRuns: 2000 },
    )
  })

  test('gives the same usable id for a name each time, below 2 to the 31', () => {
    fc.assert(
      fc.property(fc.oneof(anyName, fc.tuple(stem, trailing).map(String)), (name) => {
        const id = deriveTable(name)
        expect(id).toBe(deriveTable(name))
        expect(isUsableTable(id)).toBe(true)
        expect(id).toBeGreaterThan(255)
        expect(id).toBeLessThan(2 ** 31)
      }),
      { numRuns: 2000 },
    )
  })
})

describe('addresses', () => {
  test('print as they were parsed, in the one spelling of the kernel', () => {
    fc.assert(
      fc.property(fc.oneof(fc.ipV4(), fc.ipV6()), (text) => {
        const ip = parseIp(text)
        expect(ip).toBeDefined()
        expect(isIP(ip?.text ?? '')).toBe(ip?.family === 'inet' ? 4 : 6)
        expect(parseIp(ip?.text ?? '')).toEqual(ip)
        // URL has a parser of its own, and prints IPv6 as RFC 5952 says, but for the mapped addresses.
        const host = ip?.family === 'inet' ? text : `[${text}]`
        if (!ip?.text.startsWith('::ffff:')) {
          expect(new URL(`http://${host}/`).hostname.replace(/[[\]]/g, '')).toBe(ip?.text)
        }
      }),
      { numRuns: 2000 },
    )
  })

  test('are an IP address or are refused', () => {
    fc.assert(
      fc.property(fc.oneof(anyText, fc.stringMatching(/^[0-9a-fx.:%/ -]{1,20}$/)), (text) => {
        const ip = parseIp(text)
        if (ip !== undefined) {
          expect(isIP(text)).toBe(ip.family === 'inet' ? 4 : 6)
        }
      }),
      { numRuns: 3000 },
    )
  })

  test('are in their own subnet', () => {
    const masked = fc.oneof(
      fc.tuple(fc.ipV4(), fc.integer({ min: 1, max: 31 })),
      fc.tuple(fc.ipV6(), fc.integer({ min: 1, max: 127 })),
    )
    fc.assert(
      fc.property(masked, ([text, length]) => {
        const ip = parseIp(text)
        const subnet = ip && subnetOf(ip, length)
        expect(subnet?.endsWith(`/${length}`)).toBe(true)
        expect(contains(subnet ?? '', text)).toBe(true)
        const base = parseIp(subnet?.split('/')[0] ?? '')
        expect(base && subnetOf(base, length)).toBe(subnet)
      }),
    )
  })

  test('have netmasks of one length, however it is spelled', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 32 }), (length) => {
        const bits = length === 0 ? 0 : (0xffffffff << (32 - length)) >>> 0
        const dotted = [24, 16, 8, 0].map((shift) => (bits >>> shift) & 255).join('.')
        expect(parseNetmask(dotted, 'inet')).toBe(length)
        expect(parseNetmask(String(length), 'inet')).toBe(length)
      }),
    )
  })
})

describe('quote', () => {
  test('is one short line of printable characters in quotes', () => {
    fc.assert(
      fc.property(fc.oneof(anyText, fc.string({ unit: 'binary', maxLength: 5000 })), (text) => {
        expect(quote(text)).toMatch(/^"[ -~…]{0,380}"$/)
      }),
      { numRuns: 2000 },
    )
  })

  test('shows a short plain text as it is', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[ !#-[\]-~]{0,60}$/), (text) => {
        expect(quote(text)).toBe(`"${text}"`)
      }),
    )
  })
})

describe('text from outside never ends a run', () => {
  test('tables and answers of ip', () => {
    const lines = fc
      .array(
        fc.oneof(
          anyText,
          fc.constantFrom('1: lo: <LOOPBACK,UP> mtu 65536', '[', '{}', 'null', ''),
          fc.constantFrom('254 main', 'Command failed -:1'),
        ),
      )
      .map((some) => some.join('\n'))
    fc.assert(
      fc.property(lines, lines, (one, other) => {
        for (const id of parseTableNames([one, other]).values()) {
          expect(Number.isInteger(id)).toBe(true)
        }
        for (const line of parseFailures(one).keys()) {
          expect(line).toBeGreaterThanOrEqual(0)
        }
        try {
          expect(parseAnswers('ip', ['addr show', 'rule show'], one, other)).toHaveLength(2)
        } catch (error) {
          expect(error).toBeInstanceOf(Refusal)
        }
      }),
      { numRuns: 1000 },
    )
  })
})
