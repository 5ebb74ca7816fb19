// Builds dist/: each hooks/*.ts as one executable file (preamble, licence notices, readable code), and cache.cjs.
import { chmod, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { build, transform } from 'esbuild'

const root = new URL('../', import.meta.url)
const read = (path) => readFile(new URL(path, root), 'utf8')

/** Data that can be made again, and no file that run-parts or ifupdown2 would take for a hook. */
const CACHE_DIRECTORY = '/var/cache/ifupdown-mptcp'

/** The last line of each file: the loader runs none that is cut off, as what is left may be whole functions. */
const END = '\n// The end.\n'

// Newer syntax would be a stack trace on an old Node instead of the message that names the version needed.
const target = 'node12'

/** LICENSE, license, LICENSE-MIT.txt … */
async function licenceOf(name) {
  const file = (await readdir(new URL(`node_modules/${name}`, root))).find((entry) =>
    /^licen[cs]e/i.test(entry),
  )
  if (file === undefined) {
    throw new Error(`the package ${name} has no licence file`)
  }
  return (await read(`node_modules/${name}/${file}`)).replaceAll('\r\n', '\n')
}

/** The licence text of every package that the bundle took code from, as comment lines. */
async function licenceNotices(inputs) {
  const packages = [...inputs.join('\n').matchAll(/node_modules\/((?:@[^/]+\/)?[^/]+)\//g)].map(
    (match) => match[1],
  )
  const notices = [...new Set(packages)].map(async (name) => {
    return `${name}:\n\n${(await licenceOf(name)).trim()}`
  })
  const own = `ifupdown-mptcp:\n\n${(await read('LICENSE')).trim()}`
  return [own, ...(await Promise.all(notices))]
    .join('\n\nThis file contains ')
    .replace(/^/gm, '// ')
    .replace(/ +$/gm, '')
}

/** Runs before anything that an old Node does not know. */
const GUARD = `// \`node FILE\` below a package.json that speaks of modules has no require.
var require = typeof require === 'function' ? require :
  process.getBuiltinModule('module').createRequire(process.argv[1])
// Until the program has its say.
process.exitCode = 1
var node = process.versions.node.split('.').map(Number);
if (node[0] < 18 || (node[0] === 18 && node[1] < 19)) {
  require('fs').writeSync(process.env.MPTCP_MESSAGES === '3' ? 3 : 2,
    'mptcp: Node ' + process.versions.node + ' is too old: 18.19 or later is needed\\n')
  process.exit((process.env.PHASE !== undefined || process.env.MPTCP_DOOR) && process.env.IF_MPTCP_STRICT !== 'yes' ? 0 : 1)
}
`

/** Puts hooks/string-width.cjs before the package of that name. */
const quickWidth = {
  name: 'quick-width',
  setup({ onResolve }) {
    const path = new URL('string-width.cjs', import.meta.url).pathname
    onResolve({ filter: /^string-width$/ }, ({ importer }) => (importer === path ? undefined : { path }))
  },
}

/** hooks/NAME.sh where an entry has a preamble of its own, else the one of ifupdown's hooks. */
async function shellPreamble(name, sources) {
  const loader = await transform(await read('hooks/loader.cjs'), {
    define: { CACHE_DIRECTORY: JSON.stringify(CACHE_DIRECTORY), END: JSON.stringify(END) },
    format: 'iife',
    minifySyntax: true,
    minifyWhitespace: true,
    // A shell's linter takes a template's for its own expansions.
    supported: { 'template-literal': false },
    target,
  })
  const code = loader.code.trim()
  if (code.includes("'")) {
    throw new Error('hooks/loader.cjs has a quote that would end its shell string')
  }
  const file = sources.includes(`${name}.sh`) ? `${name}.sh` : 'preamble.sh'
  const preamble = (await read(`hooks/${file}`)).replace('@LOADER@', () => code)
  if (preamble.indexOf('*/') !== preamble.length - '*/\n'.length) {
    throw new Error(`hooks/${file} must end JavaScript's comment in its last line, and nowhere else`)
  }
  return preamble
}

async function bundle(name, version, sources) {
  const result = await build({
    entryPoints: [new URL(`hooks/${name}.ts`, root).pathname],
    bundle: true,
    write: false,
    metafile: true,
    platform: 'node',
    format: 'cjs',
    target,
    charset: 'utf8',
    legalComments: 'none',
    define: { VERSION: JSON.stringify(version) },
    // cli-table3 can do with it or without; colours come from the other alone.
    alias: { '@colors/colors/safe': 'picocolors' },
    plugins: [quickWidth],
    logLevel: 'warning',
  })
  const notices = await licenceNotices(Object.keys(result.metafile.inputs))
  const preamble = await shellPreamble(name, sources)
  return { name, mode: 0o755, text: `${preamble}${notices}\n\n${GUARD}${result.outputFiles[0].text}${END}` }
}

async function cacheMaker() {
  const text = (await read('hooks/cache.cjs')).replaceAll('CACHE_DIRECTORY', () => `'${CACHE_DIRECTORY}'`)
  return { name: 'cache.cjs', mode: 0o644, text }
}

const dist = new URL('dist/', root)
const sources = await readdir(new URL('hooks', root))
const entries = sources.filter((file) => file.endsWith('.ts')).map((file) => file.slice(0, -3))
const { version } = JSON.parse(await read('package.json'))

// Nothing is written until all are built, and each is renamed into place: a hook that runs meanwhile sees a whole file.
const files = await Promise.all([cacheMaker(), ...entries.map((name) => bundle(name, version, sources))])
await mkdir(dist, { recursive: true })
const names = files.map(({ name }) => name)
for (const { name, mode, text } of files) {
  await writeFile(new URL(`.${name}.new`, dist), text)
  await chmod(new URL(`.${name}.new`, dist), mode)
}
for (const name of names) {
  await rename(new URL(`.${name}.new`, dist), new URL(name, dist))
}
for (const left of (await readdir(dist)).filter((name) => !names.includes(name))) {
  await rm(new URL(left, dist), { recursive: true })
}
