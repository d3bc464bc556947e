/** What a response status says about the request. */
type StatusClass =
  /** The server carried out the request. */
  | 'success'
  /** The server points to another address, and did not carry out the request. */
  | 'redirect'
  /** Too many requests. The server did not carry out this one; a retry may succeed. */
  | 'rate-limited'
  /** The server did not carry out the request, and a retry would not change that. */
  | 'refused'
  /**
   * Any 5xx (including those of gateways, such as Cloudflare's 520 to 530), 408 and 425: the server may
   * have carried out the request, and a retry may succeed (RFC 9110, section 15; RFC 8470).
   */
  | 'inconclusive';

/** Decides what a status means, for the platform, its storage and GitHub. Nothing else does. */
export function classifyStatus(status: number): StatusClass {
  if (status >= 500 || status === 408 || status === 425) return 'inconclusive';
  if (status === 429) return 'rate-limited';
  if (status >= 400 || status < 200) return 'refused';
  return status < 300 ? 'success' : 'redirect';
}
