import type { Emulator, Fault } from '../../../emulator/index.js';
import type { Stage } from '../../support/release-run.js';
import type { AwkwardValue } from './awkward-values.js';
import { marker } from './rehearsal.js';

/** Ways in which others may show a value. */
export const echoes: readonly {
  readonly name: string;
  readonly of: (value: string, index: number) => string;
}[] = [
  { name: 'unchanged', of: (value) => value },
  { name: 'as JSON', of: (value) => JSON.stringify(value) },
  {
    name: 'as JSON in ASCII',
    of: (value) =>
      JSON.stringify(value).replace(
        /[^ -~]/g,
        (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
      ),
  },
  { name: 'with colors in it', of: (value) => parted(value, '\u001b[1;31m') },
  {
    name: 'with invisible characters in it',
    of: (value) => parted(value, '\u200b\ufe0f\u{e0020}'),
  },
  { name: 'over several lines', of: (value) => wrapped(value) },
  { name: 'with normalized spaces', of: (value) => value.trim().replace(/\s+/g, ' ') },
];

/** Inserts a text into each line, between complete characters. */
export function parted(value: string, what: string): string {
  return value.replace(/[^\r\n]+/g, (line) => {
    const characters = Array.from(line);
    // Inside a terminal sequence, it would become a part of that sequence.
    if (line.includes('\u001b')) return line;
    const middle = Math.floor(characters.length / 2);
    return [...characters.slice(0, middle), what, ...characters.slice(middle)].join('');
  });
}

export function wrapped(value: string): string {
  return value.replace(/[^\r\n]{20,}/g, (line) =>
    line.includes('\u001b') ? line : line.replace(/(.{17})(?=.)/gu, '$1\n'),
  );
}

/** A text that contains the values at different positions. */
export function echoOf(batch: readonly AwkwardValue[], round: number): string {
  return [
    marker,
    ...batch.map(({ value }, index) => {
      const { of } = echoes[(index + round) % echoes.length] ?? { of: String };
      return `${'filler '.repeat((index * 13 + round * 29) % 80)}<${of(value, index)}> and`;
    }),
    // Only the start or the end of a long text is shown.
    marker,
  ].join(' ');
}

/** Where a failure is prepared. */
export interface Scene {
  readonly emulator: Emulator;
  readonly clock: Pick<Stage['clock'], 'random'>;
}

export interface Failure {
  readonly name: string;
  readonly inputs?: Readonly<Record<string, string>>;
  readonly prepare: (stage: Scene, echo: string, batch?: readonly AwkwardValue[]) => void;
  /** Whether the report shows the text in front of the value. Not every response is shown. */
  readonly isTold?: boolean;
  readonly succeeds?: boolean;
  readonly builds?: boolean;
  /** Whether the proof itself throws the error, with the values in it. */
  readonly throwsValues?: boolean;
}

export const fault =
  (match: { method?: string; path?: string | RegExp }, make: (echo: string) => Fault, times = 20) =>
  ({ emulator }: Scene, echo: string): void => {
    emulator.script.fault(match, make(echo), { times });
  };
export const put = { method: 'PUT', path: /\/secrets\/keys$/ };
export const regionsPath = { method: 'GET', path: /\/regions$/ };
export const deploy = { method: 'POST', path: /\/(agents|services)$/ };
export const refused = (status: number) => (echo: string) =>
  ({ kind: 'status', status, body: { error: echo, code: 'PCC-1' } }) satisfies Fault;
export const storage = { method: 'POST', path: /^\/storage\// };
export const answered = (body: unknown): Fault => ({ kind: 'status', status: 200, body });

export function xml(text: string): string {
  return text.replace(/[&<>"']/g, (mark) => `&#${mark.charCodeAt(0)};`);
}

export const failures: readonly Failure[] = [
  ...[400, 401, 403, 404, 409, 422, 429, 500, 503].map((status) => ({
    name: `a write that is answered ${status}`,
    prepare: fault(put, refused(status), 40),
  })),
  { name: 'a read that is answered 403', prepare: fault(regionsPath, refused(403)) },
  {
    name: 'a message in the other field',
    prepare: fault(put, (echo) => ({ kind: 'status', status: 400, body: { message: echo } })),
  },
  {
    name: 'a code',
    prepare: fault(put, (echo) => ({
      kind: 'status',
      status: 400,
      body: { error: 'x', code: echo },
    })),
  },
  {
    name: 'a message that contains the request as JSON',
    prepare: ({ emulator }, _echo, batch = []) => {
      const request = JSON.stringify(batch.map(({ value }) => ({ secretValue: value })));
      const error = `${marker} ${request} ${JSON.stringify(request)}`;
      emulator.script.fault(put, { kind: 'status', status: 400, body: { error } });
    },
  },
  {
    name: 'a page of a gateway',
    isTold: false,
    prepare: fault(put, (body) => ({ kind: 'status', status: 502, body })),
  },
  {
    name: 'a rejected deploy',
    prepare: fault(deploy, refused(400)),
  },
  {
    name: 'a redirect to a path',
    isTold: false,
    prepare: fault(put, (echo) => ({
      kind: 'status',
      status: 302,
      body: '',
      headers: { location: `https://elsewhere.test/?${encodeURIComponent(echo.slice(0, 4000))}` },
    })),
  },
  {
    name: 'unexpected JSON',
    isTold: false,
    prepare: fault(regionsPath, (echo) => answered({ regions: [{ code: { [echo]: echo } }] })),
  },
  {
    name: 'a text that is not JSON',
    isTold: false,
    prepare: fault(regionsPath, (echo) => answered(echo)),
  },
  {
    name: 'unknown fields of a form',
    isTold: false,
    builds: true,
    prepare: fault({ method: 'POST', path: /upload-url$/ }, (echo) =>
      answered({ uploadId: 'x', uploadUrl: 'https://x.example', uploadFields: { [echo]: 1 } }),
    ),
  },
  {
    name: 'provisioning that fails',
    prepare: ({ emulator }, errorMessage) => {
      emulator.script.provisioning('keys', { outcome: 'failed', errorMessage, every: true });
    },
  },
  {
    name: 'an error of the agent',
    prepare: ({ emulator }, message) => {
      emulator.script.deployment('voice', { outcome: 'error', errors: [{ code: 'X', message }] });
    },
  },
  {
    name: 'a code of the agent',
    prepare: ({ emulator }, code) => {
      emulator.script.deployment('voice', { outcome: 'error', errors: [{ code, message: 'x' }] });
    },
  },
  {
    name: 'a headline and a reason',
    prepare: ({ emulator }, echo) => {
      emulator.script.deployment('voice', {
        outcome: 'failed',
        health: { headline: echo, reason: echo, lastTerminationReason: echo },
      });
    },
  },
  {
    name: 'a traceback and the logs',
    prepare: ({ emulator }, echo) => {
      emulator.script.deployment('voice', {
        outcome: 'crash-loop',
        health: { message: `Traceback\n${echo}` },
        logs: [...echo.split('\n'), `last ${echo}`],
      });
    },
  },
  {
    name: 'logs that were wrapped',
    isTold: false,
    prepare: ({ emulator }, echo) => {
      emulator.script.deployment('voice', {
        outcome: 'crash-loop',
        logs: echo.split('\n').flatMap((line) => line.match(/.{1,1500}/gu) ?? []),
      });
    },
  },
  {
    name: 'a rollout that takes too long',
    isTold: false,
    inputs: { 'wait-timeout': '20' },
    prepare: ({ emulator }, headline) => {
      emulator.script.deployment('voice', { delay: 1e6, health: { headline }, logs: [headline] });
    },
  },
  {
    name: 'a warning on a deploy',
    succeeds: true,
    inputs: { 'wait-for-ready': 'false' },
    prepare: fault(
      deploy,
      (warning) => answered({ name: 'voice', desiredDeploymentId: 'x', warning }),
      1,
    ),
  },
  {
    name: 'a build that fails',
    builds: true,
    prepare: ({ emulator }, errorMessage) => {
      emulator.script.build({ outcome: 'failed', errorMessage, logs: [errorMessage, 'end'] });
    },
  },
  {
    name: 'the log of a build',
    builds: true,
    prepare: ({ emulator }, echo) => {
      emulator.script.build({ outcome: 'failed', logs: echo.split('\n') });
    },
  },
  {
    name: 'a rejected upload',
    builds: true,
    isTold: false,
    prepare: fault(storage, (echo) => ({
      kind: 'status',
      status: 400,
      body: `<Error><Code>Odd</Code><Message>${xml(echo)}</Message></Error>`,
    })),
  },
  { name: 'missing responses', isTold: false, prepare: fault(put, () => ({ kind: 'hang' })) },
  { name: 'connections that break', isTold: false, prepare: fault(put, () => ({ kind: 'reset' })) },
  {
    name: 'responses that are cut off',
    isTold: false,
    prepare: fault(put, () => ({ kind: 'cut-off' })),
  },
  {
    name: 'an unexpected exception',
    throwsValues: true,
    prepare: (stage, echo) => {
      stage.emulator.script.fault(put, { kind: 'reset' });
      stage.clock.random = () => {
        throw new TypeError(echo, { cause: new RangeError(echo, { cause: new Error(echo) }) });
      };
    },
  },
];

/** @throws if there is no failure with this name */
export function failureNamed(name: string): Failure {
  const failure = failures.find((one) => one.name === name);
  if (failure === undefined) throw new Error(`There is no failure that is called ${name}`);
  return failure;
}
