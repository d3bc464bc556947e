import { execFileSync } from 'node:child_process';
import { mkdir, statfs } from 'node:fs/promises';

/** A folder on a separate, small file system. */
export interface SmallDisk {
  /** Whether the file system could be mounted. The user may lack the permission. */
  readonly isMounted: boolean;
  readonly remove: () => void;
}

/** @param size in the format of `mount`, such as `1m` */
export async function mountSmallDisk(folder: string, size: string): Promise<SmallDisk> {
  await mkdir(folder);
  const isMounted = await mount(folder, size);
  return {
    isMounted,
    remove: () => {
      if (isMounted) execFileSync('umount', [folder]);
    },
  };
}

async function mount(folder: string, size: string): Promise<boolean> {
  try {
    const options = ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', folder];
    execFileSync('mount', options, { stdio: 'ignore' });
    return (await statfs(folder)).blocks > 0;
  } catch {
    return false;
  }
}
