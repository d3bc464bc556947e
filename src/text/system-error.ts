/** The code of an error of Node.js or the operating system, such as ENOENT or ECONNRESET. */
export function systemErrorCode(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

/** The same in words: there may be none. */
export function reasonOf(error: unknown): string {
  return systemErrorCode(error) ?? 'unknown reason';
}

interface Fault {
  /** What happened, in words. */
  readonly reason: string;
  /** What to do about it, whatever was attempted; undefined if that depends on it. */
  readonly next: string | undefined;
}

const openFilesAdvice = 'Raise the limit on open files of the runner (`ulimit -n`).';

const faults: ReadonlyMap<string | undefined, Fault> = new Map([
  ['EACCES', { reason: 'the permission is missing', next: undefined }],
  ['EPERM', { reason: 'the operating system does not permit it, EPERM', next: undefined }],
  ['EMFILE', { reason: 'this process has too many files open, EMFILE', next: openFilesAdvice }],
  ['ENFILE', { reason: 'the machine has too many files open, ENFILE', next: openFilesAdvice }],
  [
    'ENOSPC',
    {
      reason: 'the disk is full',
      next: 'Free up space on the disk of the runner, or exclude more from the build context.',
    },
  ],
  [
    'EDQUOT',
    {
      reason: 'the disk quota is used up, EDQUOT',
      next: 'Free up space on the disk of the runner.',
    },
  ],
  ['EIO', { reason: 'the disk reported an error, EIO', next: 'Check the disk of the runner.' }],
]);

/** A failure of the file system in words, with what helps in any case. */
export function faultOf(error: unknown): Fault {
  return faults.get(systemErrorCode(error)) ?? { reason: reasonOf(error), next: undefined };
}
