import { Readable } from 'node:stream';
import { abortableSleep, type Clock } from '../time/clock.js';
import { CutOffError, Transport, type Answer } from '../http/transport.js';
import type { UploadForm } from './answers.js';
import type { CallerOptions } from './caller.js';
import { UploadError, type PlatformWords } from './errors.js';
import { formBody } from './form.js';
import { readRequestId } from '../http/request-id.js';
import { readRetryAfter } from '../http/retry-after.js';
import { classifyStatus } from '../http/status.js';
import { decideRetry } from '../time/retry.js';

/** Characters; what is shorter is no signature, and may be part of a word. */
const shortestField = 8;

/** What is uploaded. */
export interface UploadContent {
  /** Its size in bytes. */
  readonly bytes: number;
  /** Its bytes, from the beginning each time that it is called. */
  readonly open: () => AsyncIterable<Uint8Array>;
}

export interface UploadOptions {
  /** Where it goes, such as a region; words for the log. */
  readonly destination: string;
  /** Ends the upload: nobody waits for it any more. */
  readonly signal: AbortSignal;
  /** Told how many bytes of the content have been taken, from none again with each attempt. */
  readonly progress: (bytes: number) => void;
}

/** What it has in common with the calls to the platform, and how it names itself. */
export interface StorageOptions extends Pick<
  CallerOptions,
  'clock' | 'log' | 'backoff' | 'over' | 'redact'
> {
  readonly userAgent: string;
}

/** Milliseconds without a byte taken, or without an answer to the last one, after which an upload hangs. */
const idleLimit = 60_000;
/** Milliseconds that one attempt may take: then its form has expired. */
const attemptLimit = 15 * 60_000;

/**
 * The storage that the platform has archives uploaded to: another host than the API's, which is
 * reached with forms that the platform signs, and never with the credential.
 */
export class Storage {
  readonly #options: StorageOptions;
  readonly #transport: Transport;

  constructor(options: StorageOptions) {
    this.#options = options;
    this.#transport = new Transport(options.userAgent);
  }

  /**
   * Uploads something as a whole, and where that breaks or the form has expired, once more with a
   * fresh form: half an upload cannot be gone on with.
   *
   * @param sign asks the platform for a form
   * @returns the form with which it went
   * @throws UploadError, or what `sign` throws
   */
  async upload(
    sign: () => Promise<UploadForm>,
    content: UploadContent,
    options: UploadOptions,
  ): Promise<UploadForm> {
    const { clock, log, backoff, over } = this.#options;
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
        const { isTransient, retryAfter } = error;
        const { attempts } = backoff;
        const decision = decideRetry(
          {
            attempt,
            attempts,
            isTransient,
            retryAfter,
            limitedFor: undefined,
            remaining: Infinity,
          },
          backoff,
          () => clock.random(),
        );
        if ('stop' in decision) throw error;
        const { delay } = decision;
        log.info(
          `The upload to ${options.destination}: attempt ${attempt + 1} of ${backoff.attempts}, in ${(delay / 1000).toFixed(1)} s, because ${error.reason}`,
        );
        await abortableSleep(clock, delay, signal);
      }
    }
  }

  async #send(form: UploadForm, content: UploadContent, options: UploadOptions): Promise<void> {
    const { clock, log, redact } = this.#options;
    const origin = redact(new URL(form.url).origin);
    const idleTimer = new IdleTimer(clock);
    const endOfForm = new AbortController();
    const cancelEnd = clock.after(attemptLimit, () => {
      endOfForm.abort();
    });
    const { headers, parts } = formBody(form.fields, content.bytes);
    const body = Readable.from(
      withForm(parts, content, (bytes) => {
        idleTimer.restart();
        options.progress(bytes);
      }),
    );
    const startedAt = clock.now();
    let answer: Answer;
    try {
      answer = await this.#transport.send(
        { method: 'POST', url: form.url, headers, body },
        AbortSignal.any([options.signal, idleTimer.signal, endOfForm.signal]),
      );
    } catch (error) {
      if (body.errored !== null) throw body.errored;
      throw new UploadError(origin, {
        idleFor: idleTimer.signal.aborted ? idleLimit : undefined,
        timedOutAfter: endOfForm.signal.aborted ? attemptLimit : undefined,
        isCutOff: error instanceof CutOffError,
        cause: error,
      });
    } finally {
      cancelEnd();
      idleTimer.end();
    }
    log.debug(`POST ${origin} → ${answer.status} in ${clock.now() - startedAt} ms`);
    if (classifyStatus(answer.status) === 'success') {
      if (isStorageResponse(answer)) return;
      throw new UploadError(origin, { isFromElsewhere: true });
    }
    const clean = (text: string): string => redact(withoutFields(text, form));
    throw new UploadError(origin, {
      requestId: readRequestId(withIdOfBody(answer), clean),
      status: answer.status,
      ...readStorageError(answer, clean),
      retryAfter: readRetryAfter(answer.headers, clock.wallTime()),
    });
  }

  /** Closes the connections that are kept open. */
  close(): void {
    this.#transport.close();
  }
}

/** Ends an upload of which nothing has been heard for long. */
class IdleTimer {
  readonly #clock: Clock;
  readonly #controller = new AbortController();
  #cancel: () => void;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#cancel = this.#begin();
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  restart(): void {
    this.#cancel();
    this.#cancel = this.#begin();
  }

  end(): void {
    this.#cancel();
  }

  #begin(): () => void {
    return this.#clock.after(idleLimit, () => {
      this.#controller.abort();
    });
  }
}

/** The bytes of the form with the content in their midst. */
async function* withForm(
  { before, after }: { readonly before: Uint8Array; readonly after: Uint8Array },
  content: UploadContent,
  taken: (bytes: number) => void,
): AsyncGenerator<Uint8Array> {
  yield before;
  let bytes = 0;
  for await (const chunk of content.open()) {
    yield chunk;
    // Whoever asks for the next chunk has taken this one.
    bytes += chunk.byteLength;
    taken(bytes);
  }
  yield after;
}

/**
 * Storage takes a file without a word, or with XML of its own. A page or JSON is of something in
 * front of it, and the file need not be there.
 */
function isStorageResponse({ text }: Answer): boolean {
  return text.trim() === '' || /^\s*(<\?xml[^>]*>\s*)?<PostResponse\b/.test(text);
}

/** What storage says of a form may repeat its fields, and with some of them anybody can upload. */
function withoutFields(text: string, { fields }: UploadForm): string {
  return Object.values(fields)
    .filter((value) => value.length >= shortestField)
    .sort((one, other) => other.length - one.length)
    .reduce((clean, value) => clean.replaceAll(value, '***'), text);
}

/** The headers of an answer, with the request id that storage also puts in its XML. */
function withIdOfBody({ headers, text }: Answer): Answer['headers'] {
  const id = xmlField(text, 'RequestId');
  return id === undefined ? headers : { 'x-amz-request-id': id, ...headers };
}

function xmlField(text: string, name: string): string | undefined {
  const value = new RegExp(`<${name}>([^<]{1,500})</${name}>`).exec(text)?.[1];
  return value === undefined ? undefined : fromXml(value);
}

/** Storage answers errors with XML of its own: its code and its message, and nothing else of it. */
function readStorageError(
  { text }: Answer,
  redact: (text: string) => string,
): { code: string | undefined; storageMessage: string | undefined; said: PlatformWords } {
  const shown = (value: string | undefined) => (value === undefined ? undefined : redact(value));
  const said = { code: xmlField(text, 'Code'), message: xmlField(text, 'Message') };
  return { code: shown(said.code), storageMessage: shown(said.message), said };
}

const entities: ReadonlyMap<string, string> = new Map([
  ['amp', '&'],
  ['lt', '<'],
  ['gt', '>'],
  ['quot', '"'],
  ['apos', "'"],
]);

/** A text of XML to be read by people, and to be searched for secrets. */
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
