/** Statuses with which the platform rejects a request. */
export type RefusalStatus = 400 | 401 | 402 | 403 | 404 | 409 | 413 | 429 | 503;

/** A rejected request: the status and the body of the platform's response. */
export class Refusal extends Error {
  readonly status: RefusalStatus;
  readonly code: string;

  constructor(status: RefusalStatus, message: string, code: string) {
    super(message);
    this.name = 'Refusal';
    this.status = status;
    this.code = code;
  }
}

export const badRequest = (message: string) => new Refusal(400, message, 'GENERIC_BAD_REQUEST');
export const unauthorized = () => new Refusal(401, 'Unauthorized', 'UNAUTHORIZED');
export const forbidden = (message: string) => new Refusal(403, message, 'FORBIDDEN');
export const notFound = (message = 'Not found') => new Refusal(404, message, 'NOT_FOUND');
export const conflict = (message: string) => new Refusal(409, message, 'CONFLICT');
