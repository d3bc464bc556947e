import type { Subject } from '../plan/subject.js';
import { isInDoubt, isStepFailure, SubjectError, withSubject } from '../record/errors.js';
import type { Journal } from '../record/journal.js';
import type { AgentRecord, SecretSetRecord } from '../record/record.js';
import type { RemovalRecord } from '../record/teardown-record.js';
import { CancelledError } from '../time/cancellation.js';

export function agentSubject({ name, region }: Pick<Subject, 'name' | 'region'>): Subject {
  return { kind: 'agent', name, region };
}

/** Does work on a subject: a span of the timeline, and errors that name the subject. */
export function workOn<Result>(
  journal: Journal,
  label: string,
  subject: Subject,
  work: () => Promise<Result>,
): Promise<Result> {
  const { name, region } = subject;
  return journal.span(region, `${label} ${name}`, () => withSubject(subject, work));
}

/** Records that a change failed. A cancellation only counts if something was changed, or may have been. */
export function recordFailure(
  record: Pick<AgentRecord | SecretSetRecord | RemovalRecord, 'isChanged' | 'outcome'>,
  error: unknown,
): void {
  if (isInDoubt(error)) record.isChanged = true;
  if (!(error instanceof CancelledError)) record.outcome = 'failed';
  else if (record.isChanged) record.outcome = 'cancelled';
}

/** Failures in the order of the regions, then failed rollbacks, then those of no region. */
export function inRegionOrder<Failure extends Error>(
  failures: readonly Failure[],
  targets: readonly { readonly region: string }[],
): Failure[] {
  const place = (failure: Failure): number => {
    if (!(failure instanceof SubjectError)) return targets.length;
    const region = targets.findIndex((target) => target.region === failure.subject.region);
    return isStepFailure(failure.cause, 'not-rolled-back') ? targets.length + 1 + region : region;
  };
  return failures.toSorted((one, other) => place(one) - place(other));
}
