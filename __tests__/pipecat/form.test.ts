import { describe, expect, test } from '@jest/globals';
import { formBody } from '../../src/pipecat/form.js';

async function textOf(fields: Readonly<Record<string, string>>): Promise<string> {
  const { parts } = await formBody(fields, 5);
  return Buffer.concat([parts.before, Buffer.from('bytes'), parts.after]).toString();
}

function namesIn(form: string): string[] {
  return [...form.matchAll(/ name="([^"]*)"/g)].map(([, name = '']) => name);
}

describe('a form', () => {
  test('has the fields in their order, the type of the file, and the file last', async () => {
    const form = await textOf({ key: 'a/b', policy: 'signed' });
    expect(namesIn(form)).toEqual(['key', 'policy', 'Content-Type', 'file']);
    expect(form).toMatch(/name="Content-Type"\r\n\r\napplication\/gzip\r\n/);
    expect(form).toMatch(
      /name="file"; filename="context\.tar\.gz"\r\nContent-Type: application\/gzip\r\n(?:[^\r]+\r\n)*\r\nbytes\r\n--/,
    );
  });

  test.each(['Content-Type', 'content-type'])(
    'has the type that %s says, and no other one, which would break the signature',
    async (name) => {
      const form = await textOf({ [name]: 'application/x-signed', key: 'a' });
      expect(namesIn(form)).toEqual([name, 'key', 'file']);
      expect(form).toMatch(/\r\n\r\napplication\/x-signed\r\n/);
    },
  );

  test('says its size, that of the file included', async () => {
    const { headers, parts } = await formBody({ key: 'ü' }, 1_000_000);
    const around = parts.before.byteLength + parts.after.byteLength;
    expect(headers['Content-Length']).toBe(String(around + 1_000_000));
  });
});
