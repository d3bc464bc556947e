import { createCipheriv } from 'node:crypto';
import { mkdir, open, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const mebibyte = 1024 * 1024;
const smallFiles = 2048;
const filesOfFolder = 64;
const largeFile = 100 * mebibyte;
/** Coprime to the number of files, so that each size occurs once, in mixed order. */
const stride = 1237;

/** Size of the data that files are cut from. It is longer than the window of deflate. */
const stock = 8 * mebibyte;

/** Pseudorandom bytes, the same each time. */
function randomBytes(length: number): Buffer {
  return createCipheriv('aes-128-ctr', Buffer.alloc(16), Buffer.alloc(16)).update(
    Buffer.alloc(length),
  );
}

const letters = 'etaoinsrhldcumfpgwybvk';

function vocabulary(): readonly string[] {
  const random = randomBytes(mebibyte);
  return Array.from({ length: 4096 }, (_, index) => {
    const bytes = random.subarray(16 * index, 16 * index + 2 + ((random[16 * index] ?? 0) % 9));
    return [...bytes].map((byte) => letters[byte % letters.length]).join('');
  });
}

/** Lines of words. As in prose, some words are frequent and most are rare. */
function text(length: number): Buffer {
  const words = vocabulary();
  const random = randomBytes(length);
  let written = '';
  for (let index = 0; written.length < length; index += 2) {
    const chosen = (random.readUInt16LE(index) / 65_536) ** 4;
    const word = words[Math.floor(chosen * words.length)] ?? '';
    written += `${word}${index % 24 === 0 ? '\n' : ' '}`;
  }
  return Buffer.from(written.slice(0, length));
}

/**
 * Writes a build context of 300 MiB into a folder: about two thousand files of up to 200 kB, and one file of
 * 100 MiB. Half of it is text, and the other half cannot be compressed.
 */
export async function writeLargeContext(folder: string): Promise<void> {
  const kinds = [
    { name: 'prompt', extension: 'txt', bytes: text(stock) },
    { name: 'sound', extension: 'bin', bytes: randomBytes(stock) },
  ];
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'Dockerfile'), 'FROM dailyco/pipecat-base:latest\nCOPY . .\n');
  for (let index = 0; index < smallFiles; index++) {
    const kind = kinds[index % kinds.length];
    if (kind === undefined) continue;
    const below = join(folder, `part-${Math.floor(index / filesOfFolder)}`);
    await mkdir(below, { recursive: true });
    const size = ((index * stride) % smallFiles) * 100;
    const begin = (index * 4096) % (stock - size);
    const path = join(below, `${kind.name}-${index}.${kind.extension}`);
    await writeFile(path, kind.bytes.subarray(begin, begin + size));
  }
  const large = await open(join(folder, 'model.bin'), 'wx');
  try {
    for (let written = 0; written < largeFile; written += mebibyte) {
      const kind = kinds[(written / mebibyte) % kinds.length];
      const begin = written % stock;
      if (kind !== undefined) await large.writeFile(kind.bytes.subarray(begin, begin + mebibyte));
    }
  } finally {
    await large.close();
  }
}
