import { execFileSync } from 'node:child_process';
import { mkdir, statfs } from 'node:fs/promises';

/** A folder with a file system of its own, which soon is full. */
export interface SmallDisk {
  /** Whether there is such a file system: this user may not be allowed to mount one. */
  readonly isMounted: boolean;
  readonly remove: () => void;
}

/** @param size as `mount` takes it, such as `1m` */
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
