import { printable } from '../text/printable.js';
import type { ActingAs, SessionsOnOlder, StepName } from '../record/record.js';

/** A text as a sentence: adds a period unless it ends with a mark. */
export function sentence(text: string): string {
  return /[.?!]$/.test(text) ? text : `${text}.`;
}

/** A text that begins a sentence. */
export function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** What an error says, or whatever was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? printable(error.message) : 'unknown reason';
}

/** Texts, some of which may be left out. */
export type Texts = readonly (string | false | null | undefined)[];

/** Leaves out what is not a text, and empty texts. */
export function nonEmpty(texts: Texts): string[] {
  return texts.filter((text) => typeof text === 'string').filter((text) => text !== '');
}

/** Items in a sentence: `a, b and c`. */
export function joined(items: readonly string[]): string {
  return nonEmpty([items.slice(0, -1).join(', '), ...items.slice(-1)]).join(' and ');
}

/** A count with its noun: `1 agent`, `2 agents`. */
export function counted(count: number, what: string): string {
  return count === 1 ? `1 ${what}` : `${count} ${what}s`;
}

/** What is the same in several regions, once, with all its regions. */
export function byRegions<Value>(
  all: readonly { readonly region: string; readonly value: Value }[],
): { readonly value: Value; readonly regions: readonly string[] }[] {
  const groups = new Map<string, { readonly value: Value; readonly regions: string[] }>();
  for (const { region, value } of all) {
    const key = JSON.stringify(value);
    const group = groups.get(key) ?? { value, regions: [] };
    group.regions.push(region);
    groups.set(key, group);
  }
  return [...groups.values()];
}

/** A number of sessions, of which there may be more than were counted. */
export function atLeast({ count, isCut }: SessionsOnOlder): string {
  return `${isCut ? 'at least ' : ''}${count}`;
}

/** Milliseconds as a person reads them: `< 0.1 s`, `0.4 s`, `12 s`, `2 min 5 s`, `2 h`. */
export function duration(milliseconds: number): string {
  if (milliseconds < 50) return '< 0.1 s';
  if (milliseconds < 9950) return `${(milliseconds / 1000).toFixed(1)} s`;
  const seconds = Math.round(milliseconds / 1000);
  const parts = [
    [Math.floor(seconds / 3600), 'h'],
    [Math.floor(seconds / 60) % 60, 'min'],
    [seconds % 60, 's'],
  ] as const;
  return parts
    .filter(([amount]) => amount > 0)
    .map(([amount, unit]) => `${amount} ${unit}`)
    .join(' ');
}

/** Milliseconds since the epoch as a time of day in UTC: `12:04`. */
export function clockTime(milliseconds: number): string {
  return new Date(milliseconds).toISOString().slice(11, 16);
}

/** The kinds of credential in words. */
export const credentialKinds: Readonly<Record<ActingAs['credentialKind'], string>> = {
  'private-api-key': 'a private API key',
  'personal-access-token': 'a personal access token',
};

/** The steps of a release, as log and summary call them. */
export const stepTitles: Readonly<Record<StepName, string>> = {
  inputs: 'Read the inputs',
  context: 'Pack the build context',
  credential: 'Check the credential',
  preflight: 'Preflight',
  provision: 'Write the secret sets',
  readiness: 'Wait for the secret sets',
  build: 'Build the image',
  deploy: 'Deploy the agent',
  rollout: 'Wait for the deployment',
  'smoke-test': 'Smoke test',
  'roll-back': 'Roll back',
  drain: 'Wait for sessions on older deployments',
  prune: 'Prune the secret set',
  'clean-up': 'Delete older versions',
  'stop-sessions': 'Stop the sessions',
  'delete-agent': 'Delete the agent',
  'delete-sets': 'Delete the secret sets',
};
