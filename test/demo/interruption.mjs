// Aborted by the first signal that asks the demo to end; the reason is its last words.
const controller = new AbortController()

export const interruption = controller.signal

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.on(signal, () =>
    controller.abort(
      new Error(`interrupted (${signal}): nothing is left of it, start it again with npm run demo`),
    ),
  )
}

// npm hands a signal to the shell between it and us, and that ends without handing it on.
const parent = process.ppid
if (process.env.npm_lifecycle_event !== undefined) {
  const watch = () =>
    process.ppid !== parent &&
    controller.abort(new Error('interrupted: npm has gone, and nothing is left of the demo'))
  setInterval(watch, 200).unref()
}
