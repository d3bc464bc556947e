import { lookUp } from './look-up.js';

/** The code of an error from Node.js or the operating system, such as ENOENT or ECONNRESET. */
export function systemErrorCode(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

/** Whether an error means that a file or a folder on its path does not exist. */
export function isNotFound(error: unknown): boolean {
  return ['ENOENT', 'ENOTDIR'].includes(systemErrorCode(error) ?? '');
}

interface Fault {
  readonly reason: string;
  /** What to do, unless that depends on what was attempted. */
  readonly next?: string;
}

const openFilesAdvice = 'Raise the limit on open files of the runner (`ulimit -n`).';

const faults: Readonly<Record<string, Fault>> = {
  EACCES: { reason: 'permission denied' },
  EPERM: { reason: 'the operating system does not permit it, EPERM' },
  EMFILE: { reason: 'this process has too many files open, EMFILE', next: openFilesAdvice },
  ENFILE: { reason: 'the machine has too many files open, ENFILE', next: openFilesAdvice },
  ENOSPC: {
    reason: 'the disk is full',
    next: 'Free up space on the disk of the runner, or exclude more from the build context.',
  },
  EDQUOT: {
    reason: 'the disk quota is used up, EDQUOT',
    next: 'Free up space on the disk of the runner.',
  },
  EIO: { reason: 'the disk reported an error, EIO', next: 'Check the disk of the runner.' },
};

/** Describes an error of the file system, and says what to do about it. */
export function faultOf(error: unknown): Fault {
  const code = systemErrorCode(error) ?? 'unknown reason';
  return lookUp(faults, code) ?? { reason: code };
}
