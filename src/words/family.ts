/** The families as people call them. */
import type { Family } from './state.ts'

export const VERSIONS: Readonly<Record<Family, string>> = { inet: 'IPv4', inet6: 'IPv6' }
