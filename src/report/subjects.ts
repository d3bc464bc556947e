import type { Subject } from '../plan/subject.js';

/** Whose log lines or traceback it is, as the end of a sentence. */
export function whose(subject: Subject | undefined): string {
  if (subject === undefined) return 'the agent';
  return subject.kind === 'build' ? `the build in ${subject.region}` : subject.name;
}
