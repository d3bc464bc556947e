import { systemErrorCode } from '../text/system-error.js';

/** The proxy from the environment did not open a connection. */
export class ProxyError extends Error {
  /** Scheme, host and port; the rest of the address may contain a password. */
  readonly origin: string;
  /** The proxy's response; undefined if the connection to it failed. */
  readonly status: number | undefined;
  /** Code of Node.js, such as ECONNREFUSED. */
  readonly code: string | undefined;

  constructor({ protocol, host }: URL, status: number | undefined, options?: ErrorOptions) {
    super('the proxy did not open a connection', options);
    this.name = 'ProxyError';
    this.origin = `${protocol}//${host}`;
    this.status = status;
    this.code = systemErrorCode(options?.cause);
  }
}

/** Why a connection failed, and what that means for another attempt. */
interface ConnectionFailure {
  /**
   * - `certificate`, `proxy-refusal`: the request was not sent, and a retry does not help.
   * - `unreachable`: the request was not sent, because the name does not resolve or nothing listens.
   * - `broken`: anything else; the server may have carried out the request.
   */
  readonly kind: 'certificate' | 'proxy-refusal' | 'unreachable' | 'broken';
  /** What happened, as a clause that can follow "because". */
  readonly reason: string;
}

/** Codes of OpenSSL and Node.js for a certificate that Node.js does not accept. */
const certificateCode =
  /CERT|^CRL_|^UNABLE_TO_(?:GET_CRL|DECRYPT_CRL|DECODE_ISSUER_PUBLIC_KEY|VERIFY_LEAF_SIGNATURE)|^(?:HOSTNAME_MISMATCH|INVALID_CA|INVALID_PURPOSE|PATH_LENGTH_EXCEEDED)$/;

const unreachableCodes: ReadonlySet<string | undefined> = new Set([
  'ENOTFOUND',
  'EAI_AGAIN',
  'ECONNREFUSED',
]);

/**
 * Finds out why a connection failed.
 *
 * @param error a ProxyError or an error of Node.js
 */
export function connectionFailure(error: unknown): ConnectionFailure {
  const code = systemErrorCode(error);
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
  if (proxy?.status !== undefined) {
    return {
      kind: proxy.status < 500 ? 'proxy-refusal' : 'unreachable',
      reason: `the proxy at ${proxy.origin} answered ${proxy.status}`,
    };
  }
  const to = proxy === undefined ? '' : ` to the proxy at ${proxy.origin}`;
  return {
    kind: unreachableCodes.has(code) ? 'unreachable' : 'broken',
    reason: `the connection${to} failed${code === undefined ? '' : ` (${code})`}`,
  };
}
