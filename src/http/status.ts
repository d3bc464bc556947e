/** What a response status says about the request. */
export type StatusClass =
  /** The request was carried out. */
  | 'success'
  /** The request belongs somewhere else, and was not carried out. */
  | 'redirect'
  /** There were too many requests: this one was not carried out, and may be sent again later. */
  | 'rate-limited'
  /** The request was not carried out, and would not be if it were sent again. */
  | 'refused'
  /**
   * Any 5xx, also those of gateways such as Cloudflare's 520 to 530, and 408 and 425: the request may
   * or may not have been carried out, and may succeed a moment later (RFC 9110, section 15; RFC 8470).
   */
  | 'inconclusive';

/** The only place that decides what a status means, for the platform, its storage and GitHub. */
export function classifyStatus(status: number): StatusClass {
  if (status >= 500 || status === 408 || status === 425) return 'inconclusive';
  if (status === 429) return 'rate-limited';
  if (status >= 400 || status < 200) return 'refused';
  return status < 300 ? 'success' : 'redirect';
}
