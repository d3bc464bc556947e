/** A connection through a proxy that the environment names could not be opened. */
export class ProxyError extends Error {
  /** Scheme, host and port: the rest of the address may hold a password. */
  readonly origin: string;
  /** What the proxy answered; undefined if the connection to it failed. */
  readonly status: number | undefined;
  /** Code of Node.js, such as ECONNREFUSED. */
  readonly code: string | undefined;

  constructor(
    { protocol, host }: Pick<URL, 'protocol' | 'host'>,
    details: {
      readonly status?: number;
      readonly code?: string | undefined;
      readonly cause?: unknown;
    },
  ) {
    const { status, code, cause } = details;
    super('the proxy did not open a connection', cause === undefined ? {} : { cause });
    this.name = 'ProxyError';
    this.origin = `${protocol}//${host}`;
    this.status = status;
    this.code = code;
  }
}

/** What kept a connection from being made or kept, and what that means for another attempt. */
export interface ConnectionFailure {
  /**
   * - `certificate`, `proxy-refusal`: sending the request again does not help; it was not sent.
   * - `unreachable`: the name does not resolve, or nobody listens; the request was not sent.
   * - `broken`: anything else; the request may have been carried out.
   */
  readonly kind: 'certificate' | 'proxy-refusal' | 'unreachable' | 'broken';
  /** What happened, as the end of a sentence that begins with "because". */
  readonly reason: string;
}

/** Codes of OpenSSL and Node.js for a certificate that is not accepted. */
const certificateCode =
  /CERT|^CRL_|^UNABLE_TO_(?:GET_CRL|DECRYPT_CRL|DECODE_ISSUER_PUBLIC_KEY|VERIFY_LEAF_SIGNATURE)|^(?:HOSTNAME_MISMATCH|INVALID_CA|INVALID_PURPOSE|PATH_LENGTH_EXCEEDED)$/;

const unreachableCodes: ReadonlySet<string | undefined> = new Set([
  'ENOTFOUND',
  'EAI_AGAIN',
  'ECONNREFUSED',
]);

/**
 * Says why a connection failed.
 *
 * @param code code of the error of Node.js; undefined if it has none
 */
export function connectionFailure(error: unknown, code: string | undefined): ConnectionFailure {
  const proxy = error instanceof ProxyError ? error : undefined;
  if (proxy?.status === 407) {
    return {
      kind: 'proxy-refusal',
      reason: `the proxy at ${proxy.origin} asks for authentication (407); put its user name and password in \`HTTPS_PROXY\` (\`http://user:password@host:port\`)`,
    };
  }
  if (code !== undefined && certificateCode.test(code)) {
    const whose = proxy === undefined ? 'the server' : `the proxy at ${proxy.origin}`;
    return {
      kind: 'certificate',
      reason: `the certificate of ${whose} was not accepted (${code}); if a private CA issued it, name the file of that CA in \`NODE_EXTRA_CA_CERTS\``,
    };
  }
  const inBrackets = code === undefined ? '' : ` (${code})`;
  return {
    kind:
      proxy?.status !== undefined
        ? proxy.status < 500
          ? 'proxy-refusal'
          : 'unreachable'
        : unreachableCodes.has(code)
          ? 'unreachable'
          : 'broken',
    reason:
      proxy === undefined
        ? `the connection failed${inBrackets}`
        : proxy.status === undefined
          ? `the connection to the proxy at ${proxy.origin} failed${inBrackets}`
          : `the proxy at ${proxy.origin} answered ${proxy.status}`,
  };
}
