import type { SecretPair } from '../../pipecat/surface.js';
import type { SecretValue } from '../../secrecy/secret-value.js';
import { quote } from '../../text/quote.js';
import { wildcards } from '../../text/wildcards.js';
import { emptyReasons } from '../problems.js';
import type { InputReader } from '../reader.js';
import { readEnvironment } from './environment.js';
import { readFiles } from './files.js';
import { readJson } from './json.js';
import { readLines } from './lines.js';
import { secretSources, type SecretEntry, type SourceReading } from './source.js';

/** The pairs that the four sources give together. */
export interface SecretsReading {
  readonly pairs: readonly SecretPair[];
  /** Keys without a value that were left out. */
  readonly skippedKeys: readonly string[];
  /** False in a dry run that misses values, whose keys are among the pairs all the same. */
  readonly isComplete: boolean;
  /** False in a dry run that misses sources, so that not even the keys are known. */
  readonly knowsKeys: boolean;
  /** Every value that was seen, whether it goes along or not. */
  readonly values: readonly SecretValue[];
}

/** Reads all sources of secrets, puts them together, and deals with empty values. */
export async function readSecrets(
  reader: InputReader,
  credentials: readonly SecretValue[],
): Promise<SecretsReading> {
  const { fields, isDryRun, findings } = reader;
  const emptySecrets = fields.choice('empty-secrets', ['error', 'skip']);
  const readings = await readSources(reader, credentials);
  for (const { source, problems, remarks } of readings) {
    for (const problem of problems) findings.problem(source, problem);
    findings.remarks.push(...remarks);
  }

  const chosen = new Map<string, SecretEntry & { source: SourceReading['source'] }>();
  for (const source of secretSources) {
    for (const reading of readings.filter((one) => one.source === source)) {
      for (const entry of reading.entries) {
        if (!chosen.has(entry.key)) chosen.set(entry.key, { ...entry, source });
      }
    }
  }
  const entries = [...chosen.values()];
  const empty = entries.filter(({ value }) => value.isEmpty);
  const unmatched = readings.flatMap((reading) => reading.unmatched);
  const barren = readings.filter((reading) => reading.isBarren).map(({ source }) => source);
  if (emptySecrets === 'skip') {
    if (empty.length > 0) {
      const keys = empty.map(({ key }) => `\`${key}\``).join(', ');
      findings.notices.push(`Left out, because they are empty: ${keys}.`);
    }
    if (barren.length > 0) findings.notices.push(`There is no secret in: ${listed(barren)}.`);
    if (unmatched.length > 0) {
      findings.notices.push(`\`secrets-include\` selects nothing with: ${listed(unmatched)}.`);
    }
  } else if (isDryRun) {
    if (empty.length > 0) {
      findings.notices.push(
        `Empty in this run, so the plan goes by their names alone: ${listed(empty.map(({ key }) => key))}. Likely reasons: ${emptyReasons}.`,
      );
    }
    const without = [...barren, ...unmatched];
    if (without.length > 0) {
      findings.notices.push(`There is no secret in: ${listed(without)}. The plan goes on without.`);
    }
  } else {
    for (const { key, source, place } of empty) {
      findings.problem(
        source,
        `\`${key}\` (${place}) is empty. Likely reasons: ${emptyReasons}. \`empty-secrets: skip\` leaves empty ones out`,
      );
    }
    for (const source of barren) {
      findings.problem(source, 'is given, and there is no secret in it');
    }
    for (const pattern of unmatched) {
      findings.problem(
        'secrets-include',
        `\`${pattern}\` selects no key of \`secrets-json\`. Likely reasons: ${emptyReasons}. \`empty-secrets: skip\` lets it pass`,
      );
    }
  }
  const goesByNames = isDryRun && emptySecrets !== 'skip';
  const pairs = entries
    .filter(({ value }) => goesByNames || !value.isEmpty)
    .map(({ key, value }) => ({ key, value }));
  // What is left out by `skip` is left out by a release, too, unless nothing is left.
  const isExact = !isDryRun || (emptySecrets === 'skip' && pairs.length > 0);
  const missing = barren.length + unmatched.length;
  return {
    pairs,
    skippedKeys: goesByNames ? [] : empty.map(({ key }) => key),
    isComplete: isExact || empty.length + missing === 0,
    knowsKeys: isExact || missing === 0,
    values: readings.flatMap((reading) => [
      ...reading.entries.map(({ value }) => value),
      ...reading.suspects,
    ]),
  };
}

async function readSources(
  { raw, environment, workspace, readFile, findings }: InputReader,
  credentials: readonly SecretValue[],
): Promise<SourceReading[]> {
  const readings: SourceReading[] = [];
  if (raw.isGiven('secrets')) readings.push(readLines(raw.verbatim('secrets')));
  if (raw.isGiven('secrets-env')) {
    readings.push(readEnvironment(raw.verbatim('secrets-env'), environment));
  }
  const patterns = raw.items('secrets-include');
  for (const pattern of patterns) {
    if (wildcards(pattern.replace(/^!\s*/, '')) !== undefined) continue;
    findings.problem(
      'secrets-include',
      `has a malformed pattern, ${quote(pattern)}. Use \`*\`, \`?\`, \`[AB]\` and \`{US,EU}\`, and close each bracket and brace`,
    );
  }
  if (raw.isGiven('secrets-json')) {
    const reading = await readJson(raw.verbatim('secrets-json'), patterns, credentials);
    readings.push(reading);
    if (!patterns.some((pattern) => !pattern.startsWith('!'))) {
      reading.isSpokenFor = true;
      findings.problem(
        'secrets-include',
        'is needed with `secrets-json` and has to select something: patterns such as `VOICE_*`, or `*, !AWS_*`, say which keys go to the platform',
      );
    }
  } else if (patterns.length > 0) {
    findings.problem('secrets-include', 'has no effect without `secrets-json`, which is not given');
  }
  if (raw.isGiven('secrets-file')) {
    readings.push(await readFiles(raw.items('secrets-file'), workspace, readFile));
  }
  return readings;
}

function listed(names: readonly string[]): string {
  return names.map((name) => `\`${name}\``).join(', ');
}
