/** /etc/mptcp-routes.conf: which devices are uplinks, and the options that a stanza would give them. */
import { Ini, type IniLine, type IniSection, lineTypes } from 'ini-api'
import picomatch from 'picomatch'
import { quote, Refusal } from '../words/refusal.ts'
import { isMaskLine, MASK_OPTION, parseMask } from './forward-mask.ts'
import { unknownOptions } from './options.ts'
import { parseStanzas } from './stanza.ts'

export interface Section {
  /** Which devices it is for: fnmatch(3)'s `*`, `?` and `[…]`, as in the stanzas of interfaces(5). */
  readonly globs: readonly string[]
  /** Of its header, from 1. */
  readonly line: number
  /** Its options as ifupdown would hand them over: IF_MPTCP_ENDPOINT and the like. */
  readonly variables: Readonly<Record<string, string>>
}

export interface Configuration {
  /** In the order of the file: the first that matches a device is the one that counts. */
  readonly sections: readonly Section[]
  /** The bits of a packet's mark that tell by which uplink its connection came in; undefined where what is given is none. */
  readonly mask: number | undefined
  /** What is wrong, `WHAT "VALUE" WHY (FILE:LINE, section [GLOBS])`; where there is something, the file is not to be used. */
  readonly problems: readonly string[]
}

/**
 * Parses and checks the configuration: every value is one that a stanza may have.
 *
 * @param file its name, for the messages
 */
export function parseConfiguration(text: string, file: string): Configuration {
  const ini = new Ini(text.replace(/^\uFEFF/, '').replace(/\r\n?/g, '\n'), '\n')
  const globals = ini.globals.lines.map(({ text: words }) => words)
  const { mask, problems: faults } = parseMask(globals, file)
  const problems = [...faults]
  const sections: Section[] = []
  let line = 1
  for (const words of globals) {
    if (!isSilent(words) && !isMaskLine(words)) {
      problems.push(`${quote(words.trim())} stands before the first [section] (${file}:${line})`)
    }
    line += 1
  }
  for (const section of ini.sections) {
    sections.push(parseSection(section, line, file, problems))
    line += section.lines.length
  }
  return { sections, mask, problems }
}

/** The first section that names the device. */
export function sectionFor(device: string, sections: readonly Section[]): Section | undefined {
  return sections.find(({ globs }) => globs.some((glob) => matcherOf(glob)(device)))
}

const matchers = new Map<string, (name: string) => boolean>()

/** Kept, as 256 devices ask for each: to make one costs more than to use it. */
function matcherOf(glob: string): (name: string) => boolean {
  const known = matchers.get(glob)
  const matcher = known ?? picomatch(escapeOthers(glob), { dot: true, posix: true, nonegate: true })
  matchers.set(glob, matcher)
  return matcher
}

/** To picomatch many a character is special that is none to fnmatch(3), and that the name of an interface may have. */
function escapeOthers(glob: string): string {
  const classOrSign = /\[[!^]?\]?[^\]]+\]|[^\w*?\u0080-\uffff]/g
  return glob.replace(classOrSign, (part) => (part.length > 1 ? part.replaceAll('\\', '\\\\') : `\\${part}`))
}

/** A section's lines, of which ini-api gives the first as its header. What is wrong joins the problems. */
function parseSection(section: IniSection, first: number, file: string, problems: string[]): Section {
  const header = headerOf(section)
  const globs = header.split(/\s+/).filter(Boolean)
  const variables: Record<string, string> = {}
  for (const [index, line] of section.lines.entries()) {
    const place = `${file}:${first + index}, section [${quote(header).slice(1, -1)}]`
    try {
      if (index === 0) {
        checkGlobs(globs, place)
      } else if (!isSilent(line.text)) {
        const { variable, value } = parseOption(line, variables, place)
        variables[variable] = value
      }
    } catch (error) {
      if (!(error instanceof Refusal)) {
        throw error
      }
      problems.push(error.message)
    }
  }
  return { globs, line: first, variables }
}

/** Blank, or a comment. */
function isSilent(text: string): boolean {
  return /^\s*(?:[#;]|$)/.test(text)
}

/** What stands between the brackets; a comment may follow. */
function headerOf({ lines }: IniSection): string {
  const text = (lines[0]?.text ?? '').replace(/\s[#;].*$/, '').trim()
  return text.slice(1, text.endsWith(']') ? -1 : undefined).trim()
}

/** Names can have any character but a few (dev_valid_name() in the kernel's net/core/dev.c); each [ needs its ]. */
function checkGlobs(globs: readonly string[], place: string): void {
  if (globs.length === 0) {
    throw new Refusal(`the section names no interface (${place})`)
  }
  for (const glob of globs) {
    if (glob.includes(',')) {
      throw new Refusal(`pattern ${quote(glob)} has a comma: put blanks between patterns (${place})`)
    }
    if (!/^(?:[^\s[\]/:]|\[[!^]?\]?[^\s[\]/]+\])+$/.test(glob)) {
      const why = 'is none that the name of an interface could match'
      throw new Refusal(`pattern ${quote(glob)} ${why} (${place})`)
    }
  }
}

/** `KEY = VALUE` → what ifupdown would set. */
function parseOption(
  line: IniLine,
  earlier: Readonly<Record<string, string>>,
  place: string,
): { variable: string; value: string } {
  const { key, text } = line
  const refuse = (what: string): never => {
    throw new Refusal(`${what} (${place})`)
  }
  if (line.lineType !== lineTypes.pair || !text.includes('=')) {
    return refuse(`${quote(text.trim())} is neither a [section] nor KEY = VALUE`)
  }
  // Of a value that is missing ini-api says true.
  const value = /=\s*$/.test(text) ? '' : String(line.value).trim()
  const variable = `IF_${key.toUpperCase().replaceAll('-', '_')}`
  if (key === MASK_OPTION) {
    return refuse(`${key} is the same for all uplinks: it stands before the first [section]`)
  }
  if (!/^mptcp(-[a-z]+)*$/.test(key) || unknownOptions({ [variable]: value }).length > 0) {
    return refuse(`${quote(key)} is no option`)
  }
  if (variable in earlier) {
    return refuse(`${key} ${quote(value)} is given a second time`)
  }
  if (value === '') {
    return refuse(`${key} has no value`)
  }
  if (key === 'mptcp-strict') {
    return refuse(`${key} ${quote(value)} has no meaning here: there is no ifup that could fail`)
  }
  parseStanzas({ [variable]: value }, ['inet6', 'inet'], { ...NOBODY, setter: () => place })
  return { variable, value }
}

/** Who speaks does not matter where values are checked. */
const NOBODY = { iface: '', door: 'configuration', order: 0, fresh: false, leaving: false }
