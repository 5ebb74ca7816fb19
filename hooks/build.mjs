// Bundles each hook into one executable file under dist/: preamble, licence notices, readable code.
import { chmod, mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { build } from 'esbuild'

const root = new URL('../', import.meta.url)
const read = (path) => readFile(new URL(path, root), 'utf8')

/** The licence text of every package that the bundle took code from, as comment lines. */
async function licenceNotices(inputs) {
  const packages = [...inputs.join('\n').matchAll(/node_modules\/((?:@[^/]+\/)?[^/]+)\//g)].map(
    (match) => match[1],
  )
  const notices = [...new Set(packages)].map(async (name) => {
    const text = await read(`node_modules/${name}/LICENSE`)
    return `${name}:\n\n${text.trim()}`
  })
  const own = `ifupdown-mptcp:\n\n${(await read('LICENSE')).trim()}`
  return [own, ...(await Promise.all(notices))]
    .join('\n\nThis file contains ')
    .replace(/^/gm, '// ')
    .replace(/ +$/gm, '')
}

/** Runs before anything that an old Node does not know. */
const VERSION_GUARD = `var node = process.versions.node.split('.').map(Number);
if (node[0] < 18 || (node[0] === 18 && node[1] < 19)) {
  process.stderr.write('mptcp: Node ' + process.versions.node + ' is too old: 18.19 or later is needed\\n')
  process.exit(process.env.PHASE !== undefined && process.env.IF_MPTCP_STRICT !== 'yes' ? 0 : 1)
}
`

async function bundle(name, version, preamble) {
  const result = await build({
    entryPoints: [new URL(`hooks/${name}.ts`, root).pathname],
    bundle: true,
    write: false,
    metafile: true,
    platform: 'node',
    format: 'cjs',
    // Newer syntax would be a stack trace on an old Node instead of the message that names the version needed.
    target: 'node12',
    charset: 'utf8',
    legalComments: 'none',
    define: { VERSION: JSON.stringify(version) },
    logLevel: 'warning',
  })
  const notices = await licenceNotices(Object.keys(result.metafile.inputs))
  // Renamed into place, so that a hook that runs meanwhile sees a whole file.
  const path = new URL(`dist/.${name}.new`, root)
  await writeFile(path, `${preamble}${notices}\n\n${VERSION_GUARD}${result.outputFiles[0].text}`)
  await chmod(path, 0o755)
  await rename(path, new URL(`dist/${name}`, root))
}

const { version } = JSON.parse(await read('package.json'))
const preamble = await read('hooks/preamble.sh')
await mkdir(new URL('dist', root), { recursive: true })
await Promise.all(['mptcp_up', 'mptcp_down'].map((name) => bundle(name, version, preamble)))
