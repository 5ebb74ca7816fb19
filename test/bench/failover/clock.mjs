// One clock for all processes of the machine: it never jumps.

/** In ms. */
export const clock = () => Number(process.hrtime.bigint()) / 1e6
