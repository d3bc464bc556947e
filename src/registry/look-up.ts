import { createHash } from 'node:crypto';
import * as v from 'valibot';
import { isConfidential, isLoopback } from '../http/confidential.js';
import { Transport, type Answer } from '../http/transport.js';
import type { SecretValue } from '../secrecy/secret-value.js';
import { systemErrorCode } from '../text/system-error.js';
import type { Clock } from '../time/clock.js';
import { TimeLimit } from '../time/time-limit.js';
import { readChallenge, type Challenge } from './challenge.js';
import type { RegistryLogin } from './docker-login.js';
import { readJson } from './json.js';
import {
  acceptedManifests,
  readConfigPlatform,
  readManifest,
  type Unreadable,
} from './manifest.js';
import { registryUrl, type ImageReference } from './reference.js';

/** Why a lookup has no result. */
export type UnknownReason =
  /** 401 without a login; the platform may have a pull secret that the registry accepts. */
  | 'login-needed'
  /** 401 for the login that `docker login` stored on the runner. */
  | 'docker-login-refused'
  /** 403; a registry may allow only some IP addresses. */
  | 'forbidden'
  | 'repository-unknown'
  /** A 404 without the error of the distribution specification. */
  | 'not-found'
  | 'rate-limited'
  /** The name does not resolve, the connection failed, or no response came in time. */
  | 'unreachable'
  /** Any other response. */
  | 'unexpected-answer';

/** The result of a lookup. */
export type ImageLookup =
  | {
      readonly outcome: 'found';
      readonly digest: string;
      /** Such as `linux/arm64`; undefined if they were not requested or are unknown. */
      readonly platforms: readonly string[] | undefined;
      readonly platformsUnknown: Unreadable | undefined;
    }
  /** The registry has no such tag or digest. */
  | { readonly outcome: 'missing'; readonly login: RegistryLogin['origin'] | undefined }
  /** The registry or its token service rejected the login from the inputs. */
  | { readonly outcome: 'login-refused'; readonly status: number }
  | {
      readonly outcome: 'unknown';
      readonly because: UnknownReason;
      /** The HTTP status or the code of the connection's error, such as `ECONNREFUSED`. */
      readonly detail: string | undefined;
    };

export interface LookUpOptions {
  readonly login: RegistryLogin | undefined;
  /** Whether to find out the platforms; the digest alone takes a smaller request. */
  readonly wantsPlatforms: boolean;
  readonly clock: Clock;
  readonly userAgent: string;
  /** Ends the lookup. */
  readonly signal: AbortSignal;
}

/** Milliseconds for one response, and for the whole lookup. */
const answerLimit = 3000;
const wholeLimit = 10_000;

const digestForm = /^sha256:[0-9a-f]{64}$/;
const redirects: readonly number[] = [301, 302, 303, 307, 308];

/** Ends a lookup with this result. */
class LookUpEndedError extends Error {
  readonly lookup: ImageLookup;

  constructor(lookup: ImageLookup, options?: ErrorOptions) {
    super(lookup.outcome, options);
    this.name = 'LookUpEndedError';
    this.lookup = lookup;
  }
}

/**
 * Looks up an image in its registry: the digest of its tag, and its platforms. Sends each request once,
 * takes at most ten seconds, and never throws.
 */
export async function lookUpImage(
  reference: ImageReference,
  options: LookUpOptions,
): Promise<ImageLookup> {
  const { clock, signal, userAgent } = options;
  const transport = new Transport(userAgent);
  const timeLimit = new TimeLimit(clock, wholeLimit);
  try {
    const registry = new Registry(reference, transport, {
      ...options,
      signal: AbortSignal.any([signal, timeLimit.signal]),
    });
    return await registry.lookUp();
  } catch (error) {
    if (error instanceof LookUpEndedError) return error.lookup;
    return unknownResult('unreachable', systemErrorCode(error));
  } finally {
    timeLimit.end();
    transport.close();
  }
}

/** One registry, with the authorization for it. */
class Registry {
  readonly #reference: ImageReference;
  readonly #transport: Transport;
  readonly #options: LookUpOptions;
  readonly #url: URL;
  #authorization: string | undefined;

  constructor(reference: ImageReference, transport: Transport, options: LookUpOptions) {
    this.#reference = reference;
    this.#transport = transport;
    this.#options = options;
    this.#url = registryUrl(reference.registry);
  }

  async lookUp(): Promise<ImageLookup> {
    const { tag, digest } = this.#reference;
    // If a reference has both, the digest decides.
    const path = `manifests/${digest ?? tag ?? 'latest'}`;
    const headers = { accept: acceptedManifests };
    if (!this.#options.wantsPlatforms) {
      const { status, headers: answered } = await this.#ask('HEAD', path, headers);
      const known = digest ?? digestHeader(answered);
      if (status === 200 && known !== undefined) return found(known);
    }
    const answer = await this.#ask('GET', path, headers);
    if (answer.status !== 200) return this.#failed(answer);
    const known = digest ?? digestHeader(answer.headers) ?? digestOf(answer.text);
    const manifest = readManifest(answer.text);
    if (manifest.kind === 'unknown') return found(known, undefined, manifest.because);
    if (manifest.kind === 'index') return found(known, manifest.platforms);
    if (!this.#options.wantsPlatforms || !digestForm.test(manifest.configDigest)) {
      return found(known);
    }
    const platform = await this.#configPlatform(manifest.configDigest);
    return platform === undefined
      ? found(known, undefined, 'no-architecture')
      : found(known, [platform]);
  }

  /** Says what a response other than 200 means. */
  #failed({ status, text }: Answer): ImageLookup {
    const { login } = this.#options;
    if (status === 401) {
      if (login?.origin === 'inputs') return { outcome: 'login-refused', status };
      return unknownResult(login === undefined ? 'login-needed' : 'docker-login-refused', '401');
    }
    if (status === 403) return unknownResult('forbidden', '403');
    if (status === 429) return unknownResult('rate-limited', '429');
    if (status === 404) {
      const codes = errorCodes(text);
      if (codes.includes('MANIFEST_UNKNOWN')) return { outcome: 'missing', login: login?.origin };
      return unknownResult(
        codes.includes('NAME_UNKNOWN') ? 'repository-unknown' : 'not-found',
        '404',
      );
    }
    return unknownResult('unexpected-answer', String(status));
  }

  /** Reads the platform of a single image from its config. */
  async #configPlatform(configDigest: string): Promise<string | undefined> {
    let answer = await this.#ask('GET', `blobs/${configDigest}`, {});
    if (redirects.includes(answer.status)) {
      const target = targetOf(answer.headers.location, this.#url);
      if (target === undefined) return undefined;
      // The address of the storage is signed, so it does not need the registry's authorization.
      answer = await this.#send('GET', target, {});
    }
    return answer.status === 200 ? readConfigPlatform(answer.text) : undefined;
  }

  /** Sends a request to the registry, and repeats it with authorization if the registry asks for that. */
  async #ask(
    method: 'GET' | 'HEAD',
    path: string,
    headers: Readonly<Record<string, string>>,
  ): Promise<Answer> {
    const url = new URL(`/v2/${this.#reference.repository}/${path}`, this.#url);
    const authorized = (): Record<string, string> => ({
      ...headers,
      ...(this.#authorization === undefined ? {} : { authorization: this.#authorization }),
    });
    const answer = await this.#send(method, url, authorized());
    if (answer.status !== 401 || this.#authorization !== undefined) return answer;
    const challenge = readChallenge(answer.headers['www-authenticate']);
    if (challenge === undefined) return answer;
    this.#authorization = await this.#authorize(challenge);
    return this.#authorization === undefined ? answer : this.#send(method, url, authorized());
  }

  async #authorize(challenge: Challenge): Promise<string | undefined> {
    const { login } = this.#options;
    if (challenge.scheme === 'basic') {
      return login === undefined || login.isIdentityToken ? undefined : basic(login);
    }
    // This also makes sure that nobody on the way can read the credential.
    const service = targetOf(challenge.realm, this.#url);
    if (service === undefined)
      throw new LookUpEndedError(unknownResult('unexpected-answer', undefined));
    const answer = await this.#askForToken(service, challenge);
    if (answer.status !== 200) {
      // Some token services reject a login with 400 instead of 401.
      const status = answer.status === 400 ? 401 : answer.status;
      throw new LookUpEndedError(this.#failed({ ...answer, status }));
    }
    const token = readToken(answer.text);
    if (token === undefined) throw new LookUpEndedError(unknownResult('unexpected-answer', '200'));
    return `Bearer ${token}`;
  }

  #askForToken(service: URL, challenge: Extract<Challenge, { scheme: 'bearer' }>): Promise<Answer> {
    const { login } = this.#options;
    const scope = challenge.scope ?? `repository:${this.#reference.repository}:pull`;
    if (login?.isIdentityToken === true) {
      const form = new URLSearchParams({
        grant_type: 'refresh_token',
        refresh_token: login.secret.reveal(),
        client_id: this.#options.userAgent,
        scope,
        ...(challenge.service === undefined ? {} : { service: challenge.service }),
      });
      const headers = { 'content-type': 'application/x-www-form-urlencoded' };
      return this.#send('POST', service, headers, form.toString());
    }
    if (challenge.service !== undefined) service.searchParams.set('service', challenge.service);
    service.searchParams.set('scope', scope);
    return this.#send('GET', service, login === undefined ? {} : { authorization: basic(login) });
  }

  /** Sends a request once, and never waits longer than its limit. */
  async #send(
    method: string,
    url: URL,
    headers: Readonly<Record<string, string>>,
    body?: string,
  ): Promise<Answer> {
    const { clock, signal } = this.#options;
    const timeLimit = new TimeLimit(clock, answerLimit);
    const either = AbortSignal.any([signal, timeLimit.signal]);
    try {
      return await this.#transport.send({ method, url: url.href, headers, body }, either);
    } catch (error) {
      const detail = timeLimit.signal.aborted ? undefined : systemErrorCode(error);
      throw new LookUpEndedError(unknownResult('unreachable', detail), { cause: error });
    } finally {
      timeLimit.end();
    }
  }
}

function found(
  digest: string,
  platforms?: readonly string[],
  platformsUnknown?: Unreadable,
): ImageLookup {
  return { outcome: 'found', digest, platforms, platformsUnknown };
}

function unknownResult(because: UnknownReason, detail: string | undefined): ImageLookup {
  return { outcome: 'unknown', because, detail };
}

/** Checks an address from the registry: https, or http if both are on this machine. */
function targetOf(address: string | undefined, registry: URL): URL | undefined {
  if (address === undefined || !URL.canParse(address, registry.href)) return undefined;
  const url = new URL(address, registry);
  const isAllowed =
    isConfidential(url) && (url.protocol === 'https:' || isLoopback(registry.hostname));
  return isAllowed && url.username === '' ? url : undefined;
}

function basic({ username, secret }: { username: string; secret: SecretValue }): string {
  return `Basic ${Buffer.from(`${username}:${secret.reveal()}`, 'utf8').toString('base64')}`;
}

function digestHeader(headers: Answer['headers']): string | undefined {
  const digest = headers['docker-content-digest'];
  return typeof digest === 'string' && digestForm.test(digest) ? digest : undefined;
}

function digestOf(text: string): string {
  return `sha256:${createHash('sha256').update(text, 'utf8').digest('hex')}`;
}

const errors = v.object({ errors: v.array(v.object({ code: v.string() })) });

/** Reads the error codes of the distribution specification; empty for any other response. */
function errorCodes(text: string): string[] {
  return readJson(errors, text)?.errors.map(({ code }) => code) ?? [];
}

const token = v.pipe(v.string(), v.regex(/^[\x21-\x7e]+$/));
const tokens = v.object({ token: v.optional(token), access_token: v.optional(token) });

function readToken(text: string): string | undefined {
  const answer = readJson(tokens, text);
  return answer?.token ?? answer?.access_token;
}
