import type { Subject } from '../plan/subject.js';
import type { Explanation } from './explain.js';

/** A part of what an agent or a build wrote. */
interface WrittenPart {
  readonly title: string;
  readonly text: string;
}

/** What the agent or the build of a failure wrote, as far as it is shown. */
export function writtenOutput({ subject, traceback = '', logs = [] }: Explanation): WrittenPart[] {
  const owner = ownerOf(subject);
  return [
    ...(traceback === '' ? [] : [{ title: `Traceback of ${owner}`, text: traceback }]),
    ...(logs.length === 0
      ? []
      : [{ title: `The last ${logs.length} log lines of ${owner}`, text: logs.join('\n') }]),
  ];
}

/** Whose log lines or traceback it is, as the end of a sentence. */
function ownerOf(subject: Subject | undefined): string {
  if (subject === undefined) return 'the agent';
  return subject.kind === 'build' ? `the build in ${subject.region}` : subject.name;
}
