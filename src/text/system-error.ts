/** The code of an error of Node.js or the operating system, such as ENOENT or ECONNRESET. */
export function systemErrorCode(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

/** The same in words: there may be none. */
export function reasonOf(error: unknown): string {
  return systemErrorCode(error) ?? 'the reason is not known';
}
