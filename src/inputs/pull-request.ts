import { pullRequestOf, type EventPullRequest, type WorkflowEvent } from '../github/event.js';
import { pullRequestPlaceholder } from '../plan/name-template.js';
import type { Preview } from '../plan/settings.js';
import { listOf } from '../text/list.js';
import type { InputName } from './declared.js';
import { found, type Findings } from './problems.js';
import { pullRequestInputs, type RawInputs } from './raw-inputs.js';
import { secretSources } from './secrets/source.js';

/** A name that somebody else is unlikely to give an agent by chance. */
const tellingName = `pr-${pullRequestPlaceholder}`;

/** Stands in for a number that is missing, so that everything else can be checked. */
const anyNumber = 1;

/** The inputs for one pull request. */
export interface PullRequestReading {
  /** With the number in place of `{pr}`. */
  readonly raw: RawInputs;
  /** Undefined if the agent is not the preview of a pull request. */
  readonly preview: Preview | undefined;
}

/** Whether a preview is to be deleted. A value that is neither true nor false is reported elsewhere. */
export function isTeardown(raw: RawInputs): boolean {
  return raw.text('teardown')?.toLowerCase() === 'true';
}

/** For checks of inputs outside of a workflow. */
function noEvent(): Promise<WorkflowEvent> {
  return Promise.resolve({ eventName: '', payload: undefined });
}

/** Reads which pull request `{pr}` stands for. The event is read only if an input asks for that. */
export async function readPullRequest(
  raw: RawInputs,
  findings: Findings,
  readEvent: () => Promise<WorkflowEvent> = noEvent,
): Promise<PullRequestReading> {
  const holders = pullRequestInputs.filter(
    (input) => raw.text(input)?.includes(pullRequestPlaceholder) === true,
  );
  if (holders.length === 0) {
    if (raw.isGiven('pr-number') && !isTeardown(raw)) {
      findings.problem(
        'pr-number',
        `has no effect, because no name has \`${pullRequestPlaceholder}\``,
      );
    }
    return { raw, preview: undefined };
  }
  const event = await readEvent();
  const ofEvent = pullRequestOf(event);
  const number = readNumber(raw, findings, ofEvent);
  if (number === undefined && !raw.isGiven('pr-number')) {
    for (const input of holders) {
      const on = event.eventName === '' ? '' : ` (event \`${event.eventName}\`)`;
      findings.problem(
        input,
        `has \`${pullRequestPlaceholder}\`, the number of a pull request, but this run is not for a pull request${on}; set \`pr-number\``,
      );
    }
  }
  checkLines(raw, findings);
  const unclear = setInputs.filter((input) => isUnclear(raw, input));
  const hasPreview = holders.includes('agent-name');
  if (!hasPreview && !isTeardown(raw)) {
    for (const input of unclear) {
      findings.problem(
        input,
        `has to contain \`${tellingName}\`, because \`agent-name\` has no \`${pullRequestPlaceholder}\`. The platform does not show how old a set is, so nothing else tells this set from another one of that name`,
      );
    }
  }
  return {
    raw: raw.withPullRequest(number ?? anyNumber),
    preview:
      number === undefined || !hasPreview
        ? undefined
        : {
            pullRequest: number,
            openedAt: ofEvent?.openedAt,
            hasTellingName: hasTellingName(raw, 'agent-name'),
            unclearSets: unclear.map((input) => kinds[input]),
          },
  };
}

/** Inputs that name sets, and the kinds of these. */
const kinds = { 'secret-set': 'secret', 'image-credentials': 'imagePullSecret' } as const;
const setInputs = ['secret-set', 'image-credentials'] as const;

/** Whether a set would be written of which the name alone does not say that it is the preview's. */
function isUnclear(raw: RawInputs, input: keyof typeof kinds): boolean {
  const isWritten =
    input === 'image-credentials'
      ? raw.isGiven('registry')
      : secretSources.some((source) => raw.isGiven(source));
  const hasPlaceholder = raw.text(input)?.includes(pullRequestPlaceholder) === true;
  return isWritten && hasPlaceholder && !hasTellingName(raw, input);
}

function hasTellingName(raw: RawInputs, input: InputName): boolean {
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
    findings.problem('pr-number', `has to be the number of a pull request; ${found(text)}`);
    return undefined;
  }
  if (ofEvent !== undefined && ofEvent.number !== Number(text)) {
    findings.problem(
      'pr-number',
      `is ${text}, but the event is about pull request ${ofEvent.number}; remove \`pr-number\``,
    );
    return undefined;
  }
  return Number(text);
}

/** A name that is a preview's in one region only would be somebody else's in the others. */
function checkLines(raw: RawInputs, findings: Findings): void {
  for (const input of pullRequestInputs) {
    const values = valuesOf(raw.text(input) ?? '');
    const without = values.filter((value) => !value.includes(pullRequestPlaceholder));
    if (without.length === 0 || without.length === values.length) continue;
    findings.problem(
      input,
      `has \`${pullRequestPlaceholder}\` in some of its lines only; add it to the others (${listOf(without.map((value) => value.trim()))})`,
    );
  }
}

/** One value, or those of lines `region: value`. */
function valuesOf(text: string): string[] {
  return text.split(/\r?\n/).filter((line) => line.trim() !== '');
}
