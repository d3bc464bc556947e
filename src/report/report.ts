import type { ReleaseRecord } from '../record/record.js';
import type { Actions } from './actions.js';
import { exposedValues, followUps } from './follow-ups.js';
import type { Explanation } from './explain.js';
import { quoted, withoutCommands } from './log.js';
import { printable } from '../text/printable.js';
import { messageOf, nonEmpty, sentence } from './words.js';
import { writtenOutput } from './written-output.js';
import { headlineOf, titleOf } from './headline.js';
import { outputsOf, setOutputs } from './outputs.js';
import { type Commit, summaryOf } from './summary.js';
import { keptSentences } from './teardown.js';

/** GitHub cuts an annotation here. */
const maxAnnotationLength = 4096;

/**
 * Reports the result of the release: outputs, job summary, and on failure the one error annotation. A
 * report that cannot be written is a warning, and does not change the result.
 */
export async function report(
  actions: Actions,
  record: ReleaseRecord,
  failures: readonly Explanation[],
  { now, commit }: { readonly now: number; readonly commit?: Commit | undefined },
): Promise<void> {
  for (const followUp of [...followUps(record), ...exposedValues(record)]) {
    actions.notice(printable(followUp));
  }
  for (const { title, text } of failures.flatMap(writtenOutput)) {
    actions.startGroup(title);
    actions.info(quoted(text));
    actions.endGroup();
  }
  const [first, ...others] = failures;
  if (first !== undefined) {
    const title = titleOf(record, [first, ...others]);
    const { text: headline } = headlineOf(record, failures);
    // The log of a run does not show titles of annotations.
    if (headline.startsWith(title)) actions.info(withoutCommands(sentence(headline)));
    actions.error(annotation(record, [first, ...others]), title);
  }
  const kept = record.teardown === undefined ? [] : keptSentences(record.teardown);
  for (const reason of kept) actions.info(withoutCommands(reason));
  if (first === undefined && isPlan(record)) {
    actions.info('Dry run: nothing was written. To carry the plan out, remove `dry-run`.');
  }
  setOutputs(actions, outputsOf(record));
  try {
    const isWritten = await actions.writeSummary(summaryOf(record, failures, now, commit));
    if (!isWritten) actions.info('This runner has no job summary, so none was written.');
  } catch (error) {
    actions.warning(`Could not write the job summary: ${messageOf(error)}`);
  }
}

function isPlan({ kind }: ReleaseRecord): boolean {
  return kind === 'plan' || kind === 'teardown-plan';
}

/** One annotation for all failed regions, as far as there is room. */
export function annotation(
  record: ReleaseRecord,
  failures: readonly [Explanation, ...Explanation[]],
): string {
  const [first, ...others] = failures;
  const { text: headline } = headlineOf(record, failures);
  const lead = nonEmpty([
    // GitHub shows the title above it.
    !headline.startsWith(titleOf(record, failures)) && sentence(headline),
    first.state.join(' '),
  ]);
  if (others.length === 0) return oneFailure(first, lead, maxAnnotationLength);
  const opening = lead.map(printable).join('\n');
  const all = mergeAlike(failures);
  const room = Math.floor((maxAnnotationLength - opening.length) / all.length) - 2;
  const told = all.map((failure) => oneFailure(failure, [sentence(failure.title)], room));
  return nonEmpty([opening, ...told]).join('\n\n');
}

/** Merges failures that are the same in several regions. */
function mergeAlike(failures: readonly Explanation[]): Explanation[] {
  const told = new Map<string, Explanation>();
  for (const failure of failures) {
    const { title, why, problems } = failure;
    const key = JSON.stringify([title, why, problems]);
    const alike = told.get(key);
    told.set(key, alike === undefined ? failure : merge(alike, failure));
  }
  return [...told.values()];
}

function merge(one: Explanation, other: Explanation): Explanation {
  const facts = Object.entries(one.facts).map(([label, value]): [string, string] => {
    const found = other.facts[label];
    const isKnown = found === undefined || value.split(', ').includes(found);
    return [label, isKnown ? value : `${value}, ${found}`];
  });
  const next = one.next.filter((advice) => other.next.includes(advice));
  return {
    ...one,
    facts: Object.fromEntries(facts),
    next: next.length === 0 ? one.next : next,
  };
}

/** Cuts the longest texts until all texts fit together. */
function shorten(most: number, texts: readonly string[]): string[] {
  let left = most;
  let longest = most;
  const lengths = texts.map(({ length }) => length).sort((a, b) => a - b);
  for (const [index, length] of lengths.entries()) {
    longest = Math.floor(left / (lengths.length - index));
    if (length > longest) break;
    left -= length;
  }
  return texts.map((text) =>
    text.length <= longest ? text : `${text.slice(0, Math.max(0, longest - 1))}…`,
  );
}

/** The failure on a few lines: `lead`, why, what to do, where, and the end of what the agent wrote. */
function oneFailure(failure: Explanation, lead: readonly string[], most: number): string {
  const { subject, facts, why, problems, next, traceback, logs } = failure;
  const parts = nonEmpty([
    ...lead,
    why.join(' '),
    problems
      .map(
        ({ about, message, next: fix }) =>
          `- ${about}: ${sentence(message)}${fix === undefined ? '' : ` ${fix}`}`,
      )
      .join('\n'),
    next.length > 0 && `Next: ${next.join(' ')}`,
    Object.entries(facts)
      .map(([label, value]) => `${label}: ${value}`)
      .join(' · '),
  ]).map(printable);
  // Even if the text is cut, part of why, what to do and where remains.
  const told = shorten(most - parts.length + 1, parts).join('\n');
  // The log lines often contain the traceback again.
  const further = logs?.filter((line) => traceback?.includes(line.trim()) !== true) ?? [];
  const writer = subject?.kind === 'build' ? 'the build' : 'the agent';
  const lines = further.length === 0 ? [] : [`Log lines of ${writer}:`, ...further.slice(-10)];
  const output = printable([traceback ?? '', ...lines].join('\n').trim());
  const room = most - told.length - 3;
  if (output === '' || room < 100) return told;
  return `${told}\n${output.length <= room ? output : `…${output.slice(-room)}`}`;
}
