import { pullRequestOf, type EventPullRequest, type WorkflowEvent } from '../github/event.js';
import { pullRequestPlaceholder } from '../plan/name-template.js';
import { listOf } from '../text/list.js';
import type { InputName } from './declared.js';
import { shown, type Findings } from './problems.js';
import { pullRequestInputs, type RawInputs } from './raw-inputs.js';
import type { InputReader } from './reader.js';
import { secretSources } from './secrets/source.js';

/** Other agents are unlikely to have a name with this in it. */
const tellingName = `pr-${pullRequestPlaceholder}`;

/** Replaces a missing number, so that everything else can be checked. */
const anyNumber = 1;

/** Whether to delete a preview. A value that is neither true nor false is reported elsewhere. */
export function isTeardown(raw: RawInputs): boolean {
  return raw.text('teardown')?.toLowerCase() === 'true';
}

/**
 * Reads which pull request `{pr}` stands for. Reads the event only if an input has `{pr}`.
 *
 * @returns the inputs with the number in place of `{pr}`
 */
export async function readPullRequest(
  raw: RawInputs,
  findings: Findings,
  readEvent?: () => Promise<WorkflowEvent>,
): Promise<Pick<InputReader, 'raw' | 'numberedInputs' | 'preview'>> {
  const numberedInputs = pullRequestInputs.filter(
    (input) => raw.text(input)?.includes(pullRequestPlaceholder) === true,
  );
  if (numberedInputs.length === 0) {
    if (raw.isGiven('pr-number') && !isTeardown(raw)) {
      findings.problem(
        'pr-number',
        `has no effect, because no name has \`${pullRequestPlaceholder}\``,
      );
    }
    return { raw, numberedInputs, preview: undefined };
  }
  const event = (await readEvent?.()) ?? { eventName: '', payload: undefined };
  const ofEvent = pullRequestOf(event);
  const number = readNumber(raw, findings, ofEvent);
  if (number === undefined && !raw.isGiven('pr-number')) {
    const on = event.eventName === '' ? '' : ` (event \`${event.eventName}\`)`;
    for (const input of numberedInputs) {
      findings.problem(
        input,
        `has \`${pullRequestPlaceholder}\`, the number of a pull request, but this run is not for a pull request${on}; set \`pr-number\``,
      );
    }
  }
  checkLines(raw, findings);
  // Sets to write whose names alone do not show that they belong to the preview.
  const unclear = setInputs.filter(
    (input) =>
      numberedInputs.includes(input) && isWritten(raw, input) && !hasUniqueName(raw, input),
  );
  const hasPreview = numberedInputs.includes('agent-name');
  if (!hasPreview && !isTeardown(raw)) reportUnclear(findings, unclear);
  return {
    raw: raw.with({ pullRequest: String(number ?? anyNumber) }),
    numberedInputs,
    preview:
      number === undefined || !hasPreview
        ? undefined
        : {
            pullRequest: number,
            openedAt: ofEvent?.openedAt,
            hasUniqueName: hasUniqueName(raw, 'agent-name'),
            unclearSets: unclear.map((input) => kinds[input]),
          },
  };
}

/** Inputs that name sets, and the kinds of those sets. */
const kinds = { 'secret-set': 'secret', 'image-credentials': 'imagePullSecret' } as const;
const setInputs = ['secret-set', 'image-credentials'] as const;

function isWritten(raw: RawInputs, input: keyof typeof kinds): boolean {
  return input === 'image-credentials'
    ? raw.isGiven('registry')
    : secretSources.some((source) => raw.isGiven(source));
}

function hasUniqueName(raw: RawInputs, input: InputName): boolean {
  return valuesOf(raw.text(input) ?? '').every((value) => value.includes(tellingName));
}

function readNumber(
  raw: RawInputs,
  findings: Findings,
  ofEvent: EventPullRequest | undefined,
): number | undefined {
  const text = raw.text('pr-number');
  if (text === undefined) return ofEvent?.number;
  if (!/^[1-9]\d{0,8}$/.test(text)) {
    return findings.problem('pr-number', `${shown(text)} is not the number of a pull request`);
  }
  if (ofEvent !== undefined && ofEvent.number !== Number(text)) {
    return findings.problem(
      'pr-number',
      `is ${text}, but the event is about pull request ${ofEvent.number}; remove \`pr-number\``,
    );
  }
  return Number(text);
}

/** Without an agent for the pull request, only their names can show that sets belong to it. */
function reportUnclear(findings: Findings, sets: readonly InputName[]): void {
  for (const input of sets) {
    findings.problem(
      input,
      `does not contain \`${tellingName}\`, and \`agent-name\` has no \`${pullRequestPlaceholder}\`. Nothing else tells this set from another one with its name, because the platform does not show how old a set is`,
    );
  }
}

/** Without `{pr}` in one region, the name there may belong to another agent. */
function checkLines(raw: RawInputs, findings: Findings): void {
  for (const input of pullRequestInputs) {
    const values = valuesOf(raw.text(input) ?? '');
    const without = values.filter((value) => !value.includes(pullRequestPlaceholder));
    if (without.length === 0 || without.length === values.length) continue;
    findings.problem(
      input,
      `has \`${pullRequestPlaceholder}\` in only some of its lines; add it to the others (${listOf(without.map((value) => value.trim()))})`,
    );
  }
}

/** One value, or those of lines `region: value`. */
function valuesOf(text: string): string[] {
  return text.split(/\r?\n/).filter((line) => line.trim() !== '');
}
