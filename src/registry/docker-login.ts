import { spawn } from 'node:child_process';
import { homedir } from 'node:os';
import { join } from 'node:path';
import * as v from 'valibot';
import { SecretValue } from '../secrecy/secret-value.js';
import type { Clock } from '../time/clock.js';
import { readJson } from './json.js';
import { dockerHub, dockerHubUrl, registryName } from './reference.js';

/** A login to a registry. */
export interface RegistryLogin {
  /** Whether the inputs have it, or `docker login` stored it on the runner. */
  readonly origin: 'inputs' | 'docker';
  readonly username: string;
  /** The password, or a token that the token service exchanges. */
  readonly secret: SecretValue;
  readonly isIdentityToken: boolean;
}

export interface DockerLoginOptions {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Reads a text file; throws if it does not exist. */
  readonly readFile: (path: string) => Promise<string>;
  readonly clock: Clock;
}

/** Milliseconds that a credential helper may take. */
const helperLimit = 2000;
/** The longest output of a helper in characters. */
const maxAnswerLength = 64 * 1024;
/** The user name that a helper returns with an identity token. */
const tokenUser = '<token>';

const entry = v.object({
  auth: v.optional(v.string()),
  username: v.optional(v.string()),
  password: v.optional(v.string()),
  identitytoken: v.optional(v.string()),
});
const configuration = v.object({
  auths: v.optional(v.record(v.string(), v.unknown()), {}),
  credHelpers: v.optional(v.record(v.string(), v.string()), {}),
  credsStore: v.optional(v.string()),
});
const helperAnswer = v.object({
  Username: v.string(),
  Secret: v.pipe(v.string(), v.nonEmpty()),
});

/**
 * Reads the login that `docker login` stored on the runner: in `config.json` of `DOCKER_CONFIG` or
 * `~/.docker`, or in the credential helper that this file names.
 *
 * @returns undefined if there is no readable login
 */
export async function readDockerLogin(
  registry: string,
  options: DockerLoginOptions,
): Promise<RegistryLogin | undefined> {
  const { environment, readFile } = options;
  const variable = (name: string): string | undefined =>
    environment[name] === '' ? undefined : environment[name];
  const folder = variable('DOCKER_CONFIG') ?? join(variable('HOME') ?? homedir(), '.docker');
  const text = await readFile(join(folder, 'config.json')).catch(() => undefined);
  const given = readJson(configuration, text);
  if (given === undefined) return undefined;
  const own = <Value>(map: Readonly<Record<string, Value>>): [string, Value] | undefined =>
    Object.entries(map).find(([name]) => registryName(name) === registry);
  const [address, stored] = own(given.auths) ?? [];
  const [helperAddress, helper = given.credsStore] = own(given.credHelpers) ?? [];
  if (helper !== undefined) {
    const hub = registry === dockerHub ? dockerHubUrl : registry;
    const login = await askHelper(helper, address ?? helperAddress ?? hub, options);
    if (login !== undefined) return login;
  }
  return readEntry(stored);
}

function readEntry(given: unknown): RegistryLogin | undefined {
  const parsed = v.safeParse(entry, given);
  if (!parsed.success) return undefined;
  const { auth, identitytoken, ...plain } = parsed.output;
  const [, user, secret] =
    /^([^:]*):([^]*)$/.exec(Buffer.from(auth ?? '', 'base64').toString('utf8')) ?? [];
  const username = user ?? plain.username ?? '';
  if (identitytoken !== undefined && identitytoken !== '') {
    return loginOf(username, identitytoken, true);
  }
  const password = secret?.replace(/\0+$/, '') ?? plain.password ?? '';
  return password === '' ? undefined : loginOf(username, password, false);
}

function loginOf(username: string, secret: string, isIdentityToken: boolean): RegistryLogin {
  return { origin: 'docker', username, secret: new SecretValue(secret), isIdentityToken };
}

/** Asks a credential helper, a program named `docker-credential-…`. */
async function askHelper(
  name: string,
  server: string,
  { environment, clock }: DockerLoginOptions,
): Promise<RegistryLogin | undefined> {
  // The name becomes part of a command: a path in it could start any program.
  if (!/^[\w-]+$/.test(name)) return undefined;
  const output = await new Promise<string | undefined>((resolve) => {
    const helper = spawn(`docker-credential-${name}`, ['get'], {
      env: environment,
      stdio: ['pipe', 'pipe', 'ignore'],
    });
    let text = '';
    const end = (result: string | undefined): void => {
      cancelLimit();
      helper.kill('SIGKILL');
      helper.stdout.destroy();
      resolve(result);
    };
    const cancelLimit = clock.after(helperLimit, () => {
      end(undefined);
    });
    helper.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
      if (text.length > maxAnswerLength) end(undefined);
    });
    helper.on('error', () => {
      end(undefined);
    });
    helper.on('close', (code) => {
      end(code === 0 ? text : undefined);
    });
    // If a helper ends without reading its input, the pipe breaks.
    helper.stdin.on('error', () => undefined);
    helper.stdin.end(server);
  });
  const answer = readJson(helperAnswer, output);
  return answer && loginOf(answer.Username, answer.Secret, answer.Username === tokenUser);
}
