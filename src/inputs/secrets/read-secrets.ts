import { agentName, regionCode } from '../../pipecat/names.js';
import type { SecretPair } from '../../pipecat/surface.js';
import { isOrdinary } from '../../secrecy/ordinary-words.js';
import type { SecretValue } from '../../secrecy/secret-value.js';
import { quote } from '../../text/quote.js';
import { wildcards } from '../../text/wildcards.js';
import { asIs, listOf } from '../../text/list.js';
import { emptyReasons, emptyReasonsOfAll, type Findings } from '../problems.js';
import type { InputReader } from '../reader.js';
import { readEnvironment } from './environment.js';
import { readFiles } from './files.js';
import { readJson } from './json.js';
import { likelyMistakes } from './likely-mistakes.js';
import { readLines } from './lines.js';
import type { SecretEntry, SecretSource, SourceReading } from './source.js';

/** The secrets from all four sources. */
export interface SecretsReading {
  readonly pairs: readonly SecretPair[];
  /** Keys that were skipped, because their values are empty. */
  readonly skippedKeys: readonly string[];
  /** False in a dry run that lacks values; their keys are among the pairs anyway. */
  readonly isComplete: boolean;
  /** False in a dry run that lacks sources, so not even the keys are known. */
  readonly knowsKeys: boolean;
  /** Every value that may be secret, whether it is sent or not. */
  readonly values: readonly SecretValue[];
}

/** Reads and combines all sources of secrets, and handles empty values. */
export async function readSecrets(
  reader: InputReader,
  credentials: readonly SecretValue[],
): Promise<SecretsReading> {
  const { fields, isDryRun, findings } = reader;
  const skips = fields.choice('empty-secrets', ['error', 'skip']) === 'skip';
  const readings = await readSources(reader, credentials);
  for (const { source, problems, remarks } of readings) {
    for (const problem of problems) findings.problem(source, problem);
    findings.remarks.push(...remarks);
  }
  const entries = chosenEntries(readings);
  const empty = entries.filter(({ value }) => value.isEmpty);
  // In a run from a fork, a secret makes a variable empty. Only a mistake leaves it unset.
  const withoutValue = empty.filter(({ unset }) => skips || unset === undefined);
  const isNoneSet = withoutValue.length > 1 && withoutValue.length === entries.length;
  const missing: MissingValues = {
    withoutValue,
    sources: readings.filter((reading) => reading.isEmpty).map(({ source }) => source),
    patterns: readings.flatMap(({ unmatched }) => unmatched),
    reasons: isNoneSet ? emptyReasonsOfAll : emptyReasons,
  };
  const empties = skips ? 'skip' : isDryRun ? 'plan' : 'error';
  reportMissing[empties](missing, findings);
  if (!skips) reportUnset(empty, findings);
  warnOfLikelyMistakes(entries, findings);
  const plansByName = empties === 'plan';
  const pairs = entries
    .filter(({ value }) => plansByName || !value.isEmpty)
    .map(({ key, value }) => ({ key, value }));
  // A release skips the same keys, unless none is left.
  const isExact = !isDryRun || (empties === 'skip' && pairs.length > 0);
  const knowsKeys = isExact || missing.sources.length + missing.patterns.length === 0;
  const isSecret = secrecyFor(reader, findings, readings);
  return {
    pairs,
    skippedKeys: plansByName ? [] : keysOf(empty),
    isComplete: isExact || (knowsKeys && empty.length === 0),
    knowsKeys,
    values: readings.flatMap((reading) => [
      ...reading.entries.filter(isSecret).map(({ value }) => value),
      ...reading.possibleSecrets,
    ]),
  };
}

/** One entry per key; earlier sources take precedence. */
function chosenEntries(readings: readonly SourceReading[]): SecretEntry[] {
  const chosen = new Map<string, SecretEntry>();
  for (const entry of readings.flatMap(({ entries }) => entries)) {
    if (!chosen.has(entry.key)) chosen.set(entry.key, entry);
  }
  return [...chosen.values()];
}

/** What was requested but has no value. */
interface MissingValues {
  /** Empty entries, without those whose variable is not set at all. */
  readonly withoutValue: readonly SecretEntry[];
  /** Sources without any secret. */
  readonly sources: readonly SecretSource[];
  /** Patterns that select nothing. */
  readonly patterns: readonly string[];
  /** Why values are probably empty; if none is set, the job most likely lacks the environment. */
  readonly reasons: string;
}

/** Reports what is missing: what is skipped, what a plan works without, and what a release needs. */
const reportMissing: Readonly<
  Record<'skip' | 'plan' | 'error', (missing: MissingValues, findings: Findings) => void>
> = {
  skip({ withoutValue, sources, patterns }, { notices }) {
    if (withoutValue.length > 0) {
      notices.push(`Skipped these empty keys: ${listOf(keysOf(withoutValue))}.`);
    }
    if (sources.length > 0) notices.push(`Found no secrets in ${listOf(sources)}.`);
    if (patterns.length > 0) {
      notices.push(`These patterns of \`secrets-include\` match no key: ${listOf(patterns)}.`);
    }
  },
  plan({ withoutValue, sources, patterns, reasons }, { notices }) {
    if (withoutValue.length > 0) {
      notices.push(
        `These keys are empty in this run, so the plan uses only their names: ${listOf(keysOf(withoutValue))}. Likely reasons: ${reasons}.`,
      );
    }
    const without = [...sources, ...patterns];
    if (without.length > 0) {
      notices.push(`Found no secrets in ${listOf(without)}. The plan continues without them.`);
    }
  },
  error({ withoutValue, sources, patterns, reasons }, findings) {
    reportEmpty(withoutValue, reasons, findings);
    for (const source of sources) {
      findings.problem(source, 'is set but contains no secrets');
    }
    for (const pattern of patterns) {
      findings.problem(
        'secrets-include',
        `\`${pattern}\` matches no key of \`secrets-json\`. Likely reasons: ${emptyReasons}. To allow that, set \`empty-secrets: skip\``,
      );
    }
  },
};

/** Tells secrets from ordinary words, and reports the keys with ordinary words. */
function secrecyFor(
  { raw, fields }: InputReader,
  findings: Findings,
  readings: readonly SourceReading[],
): (entry: SecretEntry) => boolean {
  // An invalid name may be a secret in the wrong input.
  const given = [
    ...fields.regions.filter((region) => regionCode.pattern.test(region)),
    ...[raw.text('agent-name') ?? ''].filter((name) => agentName.pattern.test(name)),
  ];
  const isSecret = ({ key, value }: SecretEntry): boolean =>
    !isOrdinary(key, value.reveal(), given);
  const ordinary = readings
    .flatMap(({ entries }) => entries)
    .filter((entry) => !entry.value.isEmpty && !isSecret(entry));
  if (ordinary.length > 0) {
    const keys = new Set(ordinary.map(({ key }) => key));
    findings.remarks.push(
      `The values of these keys are not masked, because they are ordinary words or short numbers: ${listOf(keys)}.`,
    );
  }
  return isSecret;
}

function keysOf(entries: readonly SecretEntry[]): string[] {
  return entries.map(({ key }) => key);
}

function reportEmpty(empty: readonly SecretEntry[], reasons: string, findings: Findings): void {
  const [first] = empty;
  if (first === undefined) return;
  const { source } = first;
  const keys = empty.map((entry) => {
    const origin = entry.source === source ? '' : `\`${entry.source}\`, `;
    return `\`${entry.key}\` (${origin}${entry.place})`;
  });
  const verb = empty.length === 1 ? 'is' : 'are';
  findings.problem(
    source,
    `${keys.join(', ')} ${verb} empty. Likely reasons: ${reasons}. To skip empty secrets, set \`empty-secrets: skip\``,
  );
}

/** Reports each misspelled variable, and then those without a suggestion, which share their reasons. */
function reportUnset(entries: readonly SecretEntry[], findings: Findings): void {
  const unset = entries.flatMap(({ key, place, unset: one }) =>
    one === undefined ? [] : [{ ...one, origin: `for \`${key}\` (${place})` }],
  );
  for (const { variable, origin, meant } of unset) {
    if (meant === undefined) continue;
    const name = variable === undefined ? origin : `\`${variable}\``;
    findings.problem('secrets-env', `\`env:\` has no variable ${name}; did you mean \`${meant}\`?`);
  }
  const others = unset.filter(({ meant }) => meant === undefined);
  if (others.length === 0) return;
  const names = others.flatMap(({ variable }) => (variable === undefined ? [] : `\`${variable}\``));
  const origins = others.flatMap(({ variable, origin }) => (variable === undefined ? origin : []));
  const missing = [names, origins].filter((list) => list.length > 0).map((list) => list.join(', '));
  findings.problem(
    'secrets-env',
    `\`env:\` has no variable ${missing.join(', and none ')}. Likely reasons: the name is misspelled here or under \`env:\`, or \`env:\` belongs to another step or job. An empty secret, as in a run from a fork, still sets its variable`,
  );
}

/** Keys in one message; a file may have thousands. */
const maxKeys = 20;

function warnOfLikelyMistakes(entries: readonly SecretEntry[], findings: Findings): void {
  const suspicious = entries.flatMap((entry) => {
    const shapes = likelyMistakes(entry);
    return shapes.length === 0 ? [] : [`\`${entry.key}\` ${shapes.join(' and ')}`];
  });
  if (suspicious.length === 0) return;
  const keys = listOf(suspicious, { most: maxKeys, format: asIs });
  findings.warnings.push(
    `Some secret values look like mistakes; the action sends them unchanged: ${keys}.`,
  );
}

async function readSources(
  { raw, environment, readFile, findings }: InputReader,
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
      reading.isReportedElsewhere = true;
      findings.problem(
        'secrets-include',
        'selects nothing, but `secrets-json` needs it; set patterns for the keys to send, such as `VOICE_*`, or `*, !AWS_*`',
      );
    }
  } else if (patterns.length > 0) {
    findings.problem('secrets-include', 'has no effect without `secrets-json`, which is not set');
  }
  if (raw.isGiven('secrets-file')) {
    readings.push(await readFiles(raw.items('secrets-file'), readFile));
  }
  return readings;
}
