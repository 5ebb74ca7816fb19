/** Policy rules, as the kernel's net/core/fib_rules.c adds and deletes them. */
import { type Fault, type Kernel, type KernelRule, refusal } from './kernel.ts'

/** The same rule with another protocol is another rule. */
export function addRule(kernel: Kernel, rule: KernelRule): Fault | undefined {
  const same = (other: KernelRule) => isNamed(other, rule) && isSuppressing(other, rule)
  if (kernel.rules.some(same)) {
    return refusal('File exists')
  }
  kernel.rules.push(rule)
  return undefined
}

/** The first rule that has what the line names: the line of a source rule says nothing of suppression. */
export function deleteRule(kernel: Kernel, rule: KernelRule): Fault | undefined {
  const i = kernel.rules.findIndex(
    (other) => isNamed(other, rule) && (rule.suppress === undefined || isSuppressing(other, rule)),
  )
  if (i < 0) {
    return refusal('No such file or directory')
  }
  kernel.rules.splice(i, 1)
  return undefined
}

function isSuppressing({ suppress: one }: KernelRule, { suppress: other }: KernelRule): boolean {
  return one?.length === other?.length && one?.group === other?.group
}

function isNamed(other: KernelRule, rule: KernelRule): boolean {
  return (
    other.family === rule.family &&
    other.from === rule.from &&
    other.mark === rule.mark &&
    other.table === rule.table &&
    other.priority === rule.priority &&
    other.protocol === rule.protocol
  )
}
