import { spawn } from 'node:child_process';
import { homedir } from 'node:os';
import { join } from 'node:path';
import * as v from 'valibot';
import { SecretValue } from '../secrecy/secret-value.js';
import type { Clock } from '../time/clock.js';
import { dockerHub, dockerHubUrl, registryName } from './reference.js';

/** A login to a registry. */
export interface RegistryLogin {
  /** Whether this step was given it, or `docker login` left it on the runner. */
  readonly origin: 'inputs' | 'docker';
  readonly username: string;
  /** The password, or a token that the token service exchanges. */
  readonly secret: SecretValue;
  readonly isIdentityToken: boolean;
}

/** What reading the login of the runner depends on. */
export interface DockerLoginOptions {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Reads a file of text; rejects if there is none. */
  readonly readFile: (path: string) => Promise<string>;
  readonly clock: Clock;
}

/** Milliseconds that a credential helper may take. */
const helperLimit = 2000;
/** Characters; a login is far shorter. */
const maxAnswerLength = 64 * 1024;
/** User name by which a helper says that the secret is an identity token. */
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
const helperAnswer = v.object({ Username: v.string(), Secret: v.pipe(v.string(), v.nonEmpty()) });

/**
 * The login that `docker login` left on the runner for a registry: in `config.json` of
 * `DOCKER_CONFIG` or `~/.docker`, or with a credential helper that it names. Undefined if there is none,
 * or none that can be read.
 */
export async function readDockerLogin(
  registry: string,
  options: DockerLoginOptions,
): Promise<RegistryLogin | undefined> {
  const { environment, readFile } = options;
  const variable = (name: string): string | undefined =>
    environment[name] === '' ? undefined : environment[name];
  const folder = variable('DOCKER_CONFIG') ?? join(variable('HOME') ?? homedir(), '.docker');
  let given: v.InferOutput<typeof configuration>;
  try {
    given = v.parse(configuration, JSON.parse(await readFile(join(folder, 'config.json'))));
  } catch {
    return undefined;
  }
  const own = (map: Readonly<Record<string, unknown>>): [string, unknown] | undefined =>
    Object.entries(map).find(([address]) => registryName(address) === registry);
  const helper = v.safeParse(v.string(), own(given.credHelpers)?.[1] ?? given.credsStore);
  const address = own(given.auths)?.[0] ?? own(given.credHelpers)?.[0];
  if (helper.success) {
    const server = address ?? (registry === dockerHub ? dockerHubUrl : registry);
    const login = await askHelper(helper.output, server, options);
    if (login !== undefined) return login;
  }
  return readEntry(own(given.auths)?.[1]);
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
  // The name becomes part of a command: a path in it would start any program.
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
    // A helper that ends without reading breaks the pipe.
    helper.stdin.on('error', () => undefined);
    helper.stdin.end(server);
  });
  const parsed = v.safeParse(helperAnswer, parse(output));
  if (!parsed.success) return undefined;
  const { Username: username, Secret: secret } = parsed.output;
  return loginOf(username, secret, username === tokenUser);
}

function parse(text: string | undefined): unknown {
  try {
    return text === undefined ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}
