import { join } from 'node:path';

/** The commit that is checked out in a folder; undefined if unknown. */
export async function checkedOutCommit(
  folder: string,
  readFile: (path: string) => Promise<string>,
): Promise<string | undefined> {
  const read = async (name: string): Promise<string> => {
    try {
      return (await readFile(join(folder, '.git', name))).trim();
    } catch {
      return '';
    }
  };
  const head = await read('HEAD');
  const [, ref] = /^ref: (refs\/[^\s\\]+)$/.exec(head) ?? [];
  if (ref === undefined) return commitIn(head);
  if (ref.split('/').includes('..')) return undefined;
  const packed = async (): Promise<string | undefined> => {
    const lines = (await read('packed-refs')).split('\n');
    return lines.find((line) => line.endsWith(` ${ref}`))?.split(' ')[0];
  };
  return commitIn(await read(ref)) ?? commitIn(await packed());
}

function commitIn(text: string | undefined): string | undefined {
  return text !== undefined && /^[0-9a-f]{40,64}$/.test(text) ? text : undefined;
}
