import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Clock } from '../platform/clock.js';
import type { StoredArchive, Upload, Uploads } from '../platform/uploads.js';
import { type ReceivedForm, receiveForm } from './form.js';
import { formProblem } from './policy.js';
import { accessDenied, invalidArgument, type StorageProblem } from './problem.js';

/** The path of the storage, which is not part of the API. */
export const storageRoot = '/storage/';

/** The URL to which the files of an upload's bucket are posted. */
export const bucketUrl = (origin: string, { bucket }: Upload) => `${origin}${storageRoot}${bucket}`;

const malformed: StorageProblem = {
  status: 400,
  code: 'MalformedPOSTRequest',
  message: 'The body of your POST request is not well-formed multipart/form-data.',
};

/** The problem of a request that is visible without its body. */
function headProblem(incoming: IncomingMessage): StorageProblem | undefined {
  const { authorization, 'content-type': type, 'content-length': length } = incoming.headers;
  if (incoming.method !== 'POST')
    return {
      status: 405,
      code: 'MethodNotAllowed',
      message: 'The specified method is not allowed against this resource.',
    };
  if (authorization !== undefined)
    return invalidArgument(
      'Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, Signature query string parameter or the Authorization header should be specified',
    );
  if (length === undefined)
    return {
      status: 411,
      code: 'MissingContentLength',
      message: 'You must provide the Content-Length HTTP header.',
    };
  if (type?.toLowerCase().startsWith('multipart/form-data') !== true)
    return {
      status: 412,
      code: 'PreconditionFailed',
      message: 'At least one of the pre-conditions you specified did not hold',
      details: { Condition: 'Bucket POST must be of the enclosure-type multipart/form-data' },
    };
  return undefined;
}

function lengthProblem({ bytes }: StoredArchive, { limit }: Upload): StorageProblem | undefined {
  if (bytes <= limit) return undefined;
  return {
    status: 400,
    code: 'EntityTooLarge',
    message: 'Your proposed upload exceeds the maximum allowed size',
    details: { ProposedSize: String(bytes), MaxSizeAllowed: String(limit) },
  };
}

const escapes: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
};

const escaped = (text: string) =>
  text.replace(/[&<>"]/g, (character) => escapes[character] ?? character);

function refused({ status, code, message, details }: StorageProblem): Response {
  const elements = { Code: code, Message: message, ...details, RequestId: randomUUID() };
  const inner = Object.entries(elements).map(
    ([name, value]) => `<${name}>${escaped(value)}</${name}>`,
  );
  return new Response(`<?xml version="1.0" encoding="UTF-8"?>\n<Error>${inner.join('')}</Error>`, {
    status,
    headers: { 'content-type': 'application/xml' },
  });
}

/** The storage for build contexts. It accepts forms like S3. */
export class Storage {
  readonly #now: Clock;
  readonly #uploads: Uploads;

  constructor(now: Clock, uploads: Uploads) {
    this.#now = now;
    this.#uploads = uploads;
  }

  /**
   * Reads the whole request even if it has a problem, so that the sender waits for the response. Returns a
   * function that carries out the request; undefined if the sender gives up.
   */
  async receive(
    incoming: IncomingMessage,
    path: string,
    onField: (name: string) => void,
  ): Promise<(() => Response) | undefined> {
    const problem = headProblem(incoming) ?? this.#bucketProblem(path);
    const form = problem ? undefined : await this.#receiveForm(incoming, onField);
    if (!incoming.readableEnded) await skipRest(incoming);
    if (!incoming.complete) return undefined;
    return () => (form ? this.#put(path, form) : refused(problem ?? malformed));
  }

  /** The form; undefined if it is not a form or is incomplete. */
  async #receiveForm(
    incoming: IncomingMessage,
    onField: (name: string) => void,
  ): Promise<ReceivedForm | undefined> {
    try {
      const type = incoming.headers['content-type'] ?? '';
      return await receiveForm(incoming, type, { limit: this.#uploads.limit, onField });
    } catch {
      return undefined;
    }
  }

  #bucketProblem(path: string): StorageProblem | undefined {
    if (this.#uploads.hasBucket(bucketAt(path))) return undefined;
    return {
      status: 404,
      code: 'NoSuchBucket',
      message: 'The specified bucket does not exist',
    };
  }

  #put(path: string, { fields, files }: ReceivedForm): Response {
    const [file, another] = files;
    if (!file || another)
      return refused(invalidArgument('POST requires exactly one file upload per request.'));
    const problem = formProblem(fields, this.#now());
    if (problem) return refused(problem);
    const upload = this.#uploads.at(bucketAt(path), fields.get('key') ?? '');
    if (!upload) return refused(accessDenied('Access Denied'));
    const tooLong = lengthProblem(file, upload);
    if (tooLong) return refused(tooLong);
    upload.archive = file;
    return new Response(null, { status: 204, headers: { etag: `"${file.md5}"` } });
  }
}

const bucketAt = (path: string) => path.slice(storageRoot.length).replace(/\/$/, '');

/** Reads a body, or its first `bytes`, and discards it. The body may end too early. */
export async function skipRest(incoming: IncomingMessage, bytes = Infinity): Promise<void> {
  if (bytes <= 0) return;
  let passed = 0;
  const chunks: AsyncIterable<Buffer> = incoming.iterator({ destroyOnReturn: false });
  try {
    for await (const chunk of chunks) {
      passed += chunk.length;
      if (passed >= bytes) return;
    }
  } catch {
    // The sender gave up, so there is nothing left to read.
  }
}
