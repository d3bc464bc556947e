import { Readable } from 'node:stream';
import { defaultBackoff } from '../time/backoff.js';
import { CutOffError, Transport, type Answer } from '../http/transport.js';
import type { UploadForm } from './answers.js';
import type { CallerOptions } from './caller.js';
import { UploadError } from './errors.js';
import { formBody } from './form.js';
import { readRequestId } from '../http/request-id.js';
import { readRetryAfter } from '../http/retry-after.js';
import { classifyStatus } from '../http/status.js';
import { decideRetry } from '../time/retry.js';
import { TimeLimit } from '../time/time-limit.js';

/** Shorter field values are not signatures, and may be part of a word. */
const shortestField = 8;

/** What to upload. */
export interface UploadContent {
  /** Its size in bytes. */
  readonly bytes: number;
  /** Returns its bytes from the start, on each call. */
  readonly open: () => AsyncIterable<Uint8Array>;
}

export interface UploadOptions {
  /** A name for the log, such as the region. */
  readonly destination: string;
  /** Ends the upload. */
  readonly signal: AbortSignal;
  /** Called with the number of bytes sent; each attempt starts at 0 again. */
  readonly progress: (bytes: number) => void;
}

interface StorageOptions extends Pick<CallerOptions, 'clock' | 'log' | 'over' | 'redact'> {
  readonly userAgent: string;
}

/** Milliseconds in which no byte is sent, or no response comes, before an attempt is given up. */
const idleLimit = 60_000;
/** Milliseconds that one attempt may take; its form expires then. */
const attemptLimit = 15 * 60_000;

/**
 * The platform's storage for archives, which has another host than its API. It takes forms that the
 * platform has signed, and never gets the credential.
 */
export class Storage {
  readonly #options: StorageOptions;
  readonly #transport: Transport;

  constructor(options: StorageOptions) {
    this.#options = options;
    this.#transport = new Transport(options.userAgent);
  }

  /**
   * Uploads the whole content. Each retry needs a new form and starts from the beginning, because an
   * upload cannot be resumed.
   *
   * @param sign asks the platform for a form
   * @returns the form that worked
   * @throws UploadError, or what `sign` throws
   */
  async upload(
    sign: () => Promise<UploadForm>,
    content: UploadContent,
    options: UploadOptions,
  ): Promise<UploadForm> {
    const { clock, log, over } = this.#options;
    const signal = AbortSignal.any([options.signal, over]);
    for (let attempt = 1; ; attempt++) {
      const form = await sign();
      try {
        await this.#send(form, content, { ...options, signal });
        return form;
      } catch (error) {
        signal.throwIfAborted();
        if (!(error instanceof UploadError)) throw error;
        error.attempts = attempt;
        const { isTransient, retryAfter, reason } = error;
        const { attempts } = defaultBackoff;
        const failed = { attempt, attempts, isTransient, retryAfter };
        const decision = decideRetry(failed, defaultBackoff, () => clock.random());
        if ('stop' in decision) throw error;
        const { delay } = decision;
        log.info(
          `The upload to ${options.destination} failed: ${reason}. Retrying in ${(delay / 1000).toFixed(1)} s (attempt ${attempt + 1} of ${attempts}).`,
        );
        await clock.sleep(delay, signal);
      }
    }
  }

  async #send(form: UploadForm, content: UploadContent, options: UploadOptions): Promise<void> {
    const { clock, log, redact } = this.#options;
    const origin = redact(new URL(form.url).origin);
    const idle = new TimeLimit(clock, idleLimit);
    const whole = new TimeLimit(clock, attemptLimit);
    const { headers, parts } = formBody(form.fields, content.bytes);
    const body = Readable.from(
      withForm(parts, content, (bytes) => {
        idle.restart();
        options.progress(bytes);
      }),
    );
    const startedAt = clock.now();
    let answer: Answer;
    try {
      answer = await this.#transport.send(
        { method: 'POST', url: form.url, headers, body },
        AbortSignal.any([options.signal, idle.signal, whole.signal]),
      );
    } catch (error) {
      if (body.errored !== null) throw body.errored;
      const reason = whole.signal.aborted
        ? `the upload timed out after ${attemptLimit / 60_000} min`
        : idle.signal.aborted
          ? `the connection was idle for ${idleLimit / 1000} s`
          : error instanceof CutOffError
            ? error.message
            : undefined;
      throw new UploadError(origin, { ...(reason && { reason }), cause: error });
    } finally {
      whole.end();
      idle.end();
    }
    log.debug(`POST ${origin} → ${answer.status} in ${clock.now() - startedAt} ms`);
    if (classifyStatus(answer.status) === 'success') {
      if (isStorageResponse(answer)) return;
      throw new UploadError(origin, { reason: 'the response did not come from storage' });
    }
    const clean = (text: string): string => redact(withoutFields(text, form));
    throw new UploadError(origin, {
      requestId: readRequestId(withIdOfBody(answer), clean),
      status: answer.status,
      ...readStorageError(answer, clean),
      retryAfter: readRetryAfter(answer.headers, clock.wallTime()),
    });
  }

  /** Closes idle connections. */
  close(): void {
    this.#transport.close();
  }
}

/** The bytes of the form, with the content inside. */
async function* withForm(
  { before, after }: { readonly before: Uint8Array; readonly after: Uint8Array },
  content: UploadContent,
  progress: (bytes: number) => void,
): AsyncGenerator<Uint8Array> {
  yield before;
  let bytes = 0;
  for await (const chunk of content.open()) {
    yield chunk;
    // The consumer asks for the next chunk when it has sent this one.
    bytes += chunk.byteLength;
    progress(bytes);
  }
  yield after;
}

/**
 * Whether storage answered: its response to an upload is empty, or its own XML. HTML or JSON comes from
 * something in front of it, and does not mean that the file was stored.
 */
function isStorageResponse({ text }: Answer): boolean {
  return text.trim() === '' || /^\s*(<\?xml[^>]*>\s*)?<PostResponse\b/.test(text);
}

/** Removes the fields of a form, which storage may repeat, because some of them let anybody upload. */
function withoutFields(text: string, { fields }: UploadForm): string {
  return Object.values(fields)
    .filter((value) => value.length >= shortestField)
    .sort((one, other) => other.length - one.length)
    .reduce((clean, value) => clean.replaceAll(value, '***'), text);
}

/** The headers of a response, with the request id that storage puts in its XML. */
function withIdOfBody({ headers, text }: Answer): Answer['headers'] {
  const id = xmlField(text, 'RequestId');
  return id === undefined ? headers : { 'x-amz-request-id': id, ...headers };
}

function xmlField(text: string, name: string): string | undefined {
  const value = new RegExp(`<${name}>([^<]{1,500})</${name}>`).exec(text)?.[1];
  return value === undefined ? undefined : fromXml(value);
}

/** Reads the code and the message from the XML of an error response. */
function readStorageError({ text }: Answer, redact: (text: string) => string) {
  const said = { code: xmlField(text, 'Code'), message: xmlField(text, 'Message') };
  return {
    code: said.code && redact(said.code),
    message: said.message && redact(said.message),
    said,
  };
}

const entities: ReadonlyMap<string, string> = new Map([
  ['amp', '&'],
  ['lt', '<'],
  ['gt', '>'],
  ['quot', '"'],
  ['apos', "'"],
]);

/** Decodes a text from XML. */
function fromXml(text: string): string {
  return text.replace(
    /&(#\d{1,7}|#x[\da-f]{1,6}|[a-z]+);/gi,
    (reference: string, meant: string) => {
      if (!meant.startsWith('#')) return entities.get(meant) ?? reference;
      const codePoint = Number(meant.slice(1).replace(/^x/i, '0x'));
      return codePoint <= 0x10ffff ? String.fromCodePoint(codePoint) : reference;
    },
  );
}
