import type { ReleaseRecord } from '../release/record.js';
import type { Actions } from './actions.js';
import { aftermath } from './aftermath.js';
import type { Explanation } from './explain.js';
import { quoted } from './log.js';
import { printable } from '../printable.js';
import { sentence } from './sentences.js';
import { outputsOf, setOutputs } from './outputs.js';
import { summaryOf } from './summary.js';

/** GitHub cuts an annotation here. */
const longestAnnotation = 4096;

/**
 * Tells how the release went: outputs, job summary, and on failure the one error annotation. What
 * cannot be written is said, and does not change how the release went.
 */
export async function report(
  actions: Actions,
  record: ReleaseRecord,
  failure: Explanation | undefined,
  now: number,
): Promise<void> {
  for (const sentence of aftermath(record)) actions.notice(printable(sentence));
  if (failure !== undefined) {
    showAgentOutput(actions, failure);
    actions.error(annotation(failure), failure.title);
  }
  try {
    setOutputs(actions, outputsOf(record));
  } catch (error) {
    actions.warning(`The outputs could not be set: ${messageOf(error)}`);
  }
  try {
    const isWritten = await actions.writeSummary(summaryOf(record, failure, now));
    if (!isWritten) actions.info('The runner has no job summary, so none is written.');
  } catch (error) {
    actions.warning(`The job summary could not be written: ${messageOf(error)}`);
  }
}

function showAgentOutput(actions: Actions, { traceback, logs }: Explanation): void {
  if (traceback !== undefined && traceback !== '') {
    actions.startGroup('Traceback');
    actions.info(quoted(traceback));
    actions.endGroup();
  }
  if (logs !== undefined && logs.length > 0) {
    actions.startGroup(`The agent's last ${logs.length} log lines`);
    actions.info(quoted(logs.join('\n')));
    actions.endGroup();
  }
}

/** The failure on a few lines: where, why, what to do, and the end of what the agent wrote. */
export function annotation(failure: Explanation): string {
  const { title, facts, unharmed, why, problems, next, traceback, logs } = failure;
  const lines = [
    `${title}.`,
    facts.map(({ label, value }) => `${label}: ${value}`).join(' · '),
    [unharmed, ...why].filter((part) => part !== undefined).join(' '),
    ...problems.map(
      ({ about, message, next }) =>
        `- ${about}: ${sentence(message)}${next === undefined ? '' : ` ${next}`}`,
    ),
    `Next: ${next.join(' ')}`,
  ];
  const told = printable(lines.filter((line) => line !== '').join('\n'));
  // The log lines often hold the traceback once more.
  const further = logs?.filter((line) => traceback?.includes(line.trim()) !== true) ?? [];
  const output = printable(
    [
      traceback ?? '',
      ...(further.length === 0 ? [] : ['Log lines of the agent:', ...further.slice(-10)]),
    ]
      .join('\n')
      .trim(),
  );
  if (told.length > longestAnnotation) return `${told.slice(0, longestAnnotation - 1)}…`;
  const room = longestAnnotation - told.length - 3;
  if (output === '' || room < 100) return told;
  return `${told}\n${output.length <= room ? output : `…${output.slice(-room)}`}`;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? printable(error.message) : 'the reason is not known';
}
