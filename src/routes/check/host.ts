/** Points about the host itself: kernel, iproute2, this Node, policy routing. */
import type { Family } from '../../words/state.ts'
import { type Finding, fail, ok, warn } from './finding.ts'

export interface HostFacts {
  /** `6.1.0-18-amd64`; undefined where /proc does not tell. */
  readonly kernel: string | undefined
  /** What `ip -V` says; undefined where there is no ip. */
  readonly iproute2: string | undefined
  /** The families whose rules the kernel told; none where it did not answer. */
  readonly families: readonly Family[]
  /** Why the kernel could not be read. */
  readonly refusal: string | undefined
  /** Whether the kernel shows this user everything. */
  readonly root: boolean
}

export function checkHost({ kernel, iproute2, families, refusal, root }: HostFacts): Finding[] {
  return [
    ...(root
      ? []
      : [warn('not root: some kernels show endpoints and records to root alone', 'sudo mptcp-routes check')]),
    ...(kernel === undefined
      ? [fail('/proc is not mounted', 'mount -t proc proc /proc')]
      : [ok(`Linux ${kernel}`)]),
    checkIproute2(iproute2),
    checkPolicyRouting(families, refusal),
  ]
}

function checkIproute2(text: string | undefined): Finding {
  const install = 'apt-get install iproute2'
  if (text === undefined) {
    return fail('iproute2 is not installed', install)
  }
  const version = /iproute2-(\d[\d.]*)/.exec(text)?.[1]
  return version !== undefined && isNewEnough(version, [6, 1])
    ? ok(`iproute2 ${version}`)
    : fail(`${text.trim().split('\n')[0] || 'ip'}: iproute2 6.1 or later is needed`, install)
}

function checkPolicyRouting(families: readonly Family[], refusal: string | undefined): Finding {
  return refusal === undefined
    ? ok(`policy routing: rules of ${[...families].sort().join(' and ')}`)
    : fail(
        `the kernel's rules and routes cannot be read: ${refusal}`,
        'a kernel with CONFIG_IP_MULTIPLE_TABLES and CONFIG_IPV6_MULTIPLE_TABLES, and iproute2 6.1 or later',
      )
}

/** Whether a version `6.1.0` is at least major and minor. */
export function isNewEnough(version: string, [leastMajor, leastMinor]: readonly [number, number]): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  return major > leastMajor || (major === leastMajor && minor >= leastMinor)
}
