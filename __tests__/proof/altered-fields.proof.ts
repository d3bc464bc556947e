import { describe, expect, test } from '@jest/globals';
import pLimit from 'p-limit';
import { checkoutForEachTest } from '../support/checkout.js';
import { titleOf } from './fault-matrix/scenarios.js';
import { attempt, updates } from './surroundings/attempt.js';

/**
 * Changes the type of each field in each response, or removes the field, in every response that has it. Only a field that
 * decides may make a release fail, and then the error names it. A missing field cannot always be named.
 */

const checkout = checkoutForEachTest();

type Path = readonly string[];

interface Field {
  readonly path: Path;
  readonly value: unknown;
}

/** All fields. `*` means each entry of a list. */
function fieldsIn(value: unknown, path: Path = []): Field[] {
  const entries = Array.isArray(value)
    ? value.map((entry) => fieldsIn(entry, [...path, '*']))
    : typeof value === 'object' && value !== null
      ? Object.entries(value).map(([key, one]) => fieldsIn(one, [...path, key]))
      : [];
  return [{ path, value }, ...entries.flat()];
}

/** The same value with another value, or nothing, at a path. */
function changed(value: unknown, [key, ...rest]: Path, other: unknown): unknown {
  if (key === undefined) return other;
  if (key === '*') {
    return Array.isArray(value) ? value.map((entry) => changed(entry, rest, other)) : value;
  }
  if (typeof value !== 'object' || value === null || !(key in value)) return value;
  const field = changed((value as Record<string, unknown>)[key], rest, other);
  // JSON has no `undefined`, so this removes the field.
  return { ...value, [key]: field };
}

/** Nothing, and values of other types. Of what decides, all are tried; of the rest, one type in turn. */
function othersThan({ path, value }: Field, turn: number): unknown[] {
  const scalar = typeof value === 'number' ? 'text' : 5;
  const types = [scalar, Array.isArray(value) ? 'text' : []];
  return [undefined, ...(subjectOf(path).decides ? types : [types[turn % types.length]])];
}

/**
 * Fields that decide: names, ids, regions of what is released, statuses, readiness, and what an upload
 * needs. A list or an object that holds one decides, too.
 */
const deciding: ReadonlySet<string> = new Set([
  'regions',
  'code',
  'organizations',
  'name',
  'sets',
  'type',
  'region',
  'status',
  'ready',
  'body',
  'desiredDeploymentId',
  'activeDeploymentId',
  'reconciledDeploymentId',
  'build',
  'id',
  'uploadId',
  'uploadUrl',
  'uploadFields',
]);

/** Exceptions: a response need not be wrapped, and storage decides about a form without fields. */
const unnamed: ReadonlySet<string> = new Set(['', 'body', 'uploadFields']);

/** The last name in a path, and whether the field decides. */
function subjectOf(path: Path): { field: string; decides: boolean } {
  const field = path.findLast((key) => key !== '*') ?? '';
  // Storage decides which fields a form needs. A complete response is not a field.
  return {
    field,
    decides: path.length === 0 || path.some((key) => key === 'uploadFields') || deciding.has(field),
  };
}

describe('a release lands, or fails because of a deciding field that the error names:', () => {
  test.each(
    updates
      .filter(({ credential, source }) => (credential === 'token') === (source === 'cloud build'))
      .map((scenario) => ({ title: titleOf(scenario), scenario })),
  )('$title', async ({ scenario }) => {
    const { environment } = checkout;
    const found = new Map<string, Field & { match: { method: string; path: RegExp } }>();
    const kinds = new Map<string, { method: string; path: RegExp }>();
    const clean = await attempt(scenario, environment, () => undefined);
    expect(clean.objections).toEqual([]);
    for (const { method, path } of clean.requests) {
      if (path.startsWith('/storage/')) continue;
      const kind = path.replaceAll(/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, '[-0-9a-f]{36}');
      kinds.set(`${method} ${kind}`, { method, path: new RegExp(`^${kind}$`) });
    }
    await attempt(scenario, environment, ({ emulator }) => {
      for (const [kind, match] of kinds) {
        const change = (answer: unknown): unknown => {
          for (const field of fieldsIn(answer)) {
            found.set(`${kind} ${field.path.join('.')}`, { ...field, match });
          }
          return answer;
        };
        emulator.script.fault(match, { kind: 'altered', change }, { times: 999 });
      }
    });
    const limit = pLimit(12);
    const trials = [...found].flatMap(([name, field], index) =>
      othersThan(field, index).map((other) => ({ name, ...field, other })),
    );
    const tried = await Promise.all(
      trials.map(({ name, match, path, other }) =>
        limit(async () => {
          const { objections, succeeded, told, took } = await attempt(
            scenario,
            environment,
            ({ emulator }) => {
              // Nothing instead of a complete response is an empty response.
              const instead = path.length === 0 ? (other ?? {}) : other;
              const change = (answer: unknown): unknown => changed(answer, path, instead);
              emulator.script.fault(match, { kind: 'altered', change }, { times: 999 });
              return { 'wait-timeout': '60', 'secrets-timeout': '60', 'build-timeout': '60' };
            },
          );
          const { field, decides } = subjectOf(path);
          const wrong =
            objections.length === 0
              ? undefined
              : !decides
                ? `fails: ${objections.join('; ')}`
                : succeeded
                  ? `is told as a success: ${objections.join('; ')}`
                  : other !== undefined && !unnamed.has(field) && !told.includes(field)
                    ? `the error does not name ${field}`
                    : undefined;
          const isEndless = took > 5 * 60_000 ? 'takes longer than its limits' : undefined;
          return {
            name,
            other: other === undefined ? 'gone' : JSON.stringify(other),
            wrong: wrong ?? isEndless,
          };
        }),
      ),
    );
    expect(tried.length).toBeGreaterThan(300);
    process.stdout.write(`${titleOf(scenario)}: ${tried.length} releases\n`);
    expect(tried.filter(({ wrong }) => wrong !== undefined)).toEqual([]);
  });
});
