import { describe, expect, test } from '@jest/globals';
import { formBody } from '../../src/pipecat/form.js';

function textOf(fields: Readonly<Record<string, string>>): string {
  const { parts } = formBody(fields, 5);
  return Buffer.concat([parts.before, Buffer.from('bytes'), parts.after]).toString();
}

function namesIn(form: string): string[] {
  return [...form.matchAll(/ name="([^"]*)"/g)].map(([, name = '']) => name);
}

describe('a form', () => {
  test('has the fields in their order, the type of the file, and the file last', () => {
    const form = textOf({ key: 'a/b', policy: 'signed' });
    expect(namesIn(form)).toEqual(['key', 'policy', 'Content-Type', 'file']);
    expect(form).toMatch(/name="Content-Type"\r\n\r\napplication\/gzip\r\n/);
    expect(form).toMatch(
      /name="file"; filename="context\.tar\.gz"\r\nContent-Type: application\/gzip\r\n(?:[^\r]+\r\n)*\r\nbytes\r\n--/,
    );
  });

  test.each(['Content-Type', 'content-type'])(
    'has the type that %s says, and no other one, which would break the signature',
    (name) => {
      const form = textOf({ [name]: 'application/x-signed', key: 'a' });
      expect(namesIn(form)).toEqual([name, 'key', 'file']);
      expect(form).toMatch(/\r\n\r\napplication\/x-signed\r\n/);
    },
  );

  test('escapes quotes and line breaks in field names, and sends values unchanged', () => {
    const form = textOf({ 'a"\r\nX-Other: 1': 'two\nlines' });
    expect(form).toContain('name="a%22%0D%0AX-Other: 1"\r\n\r\ntwo\nlines\r\n');
  });

  test('ends with its unique boundary', () => {
    const boundaryOf = (form: string): string => /^--(.+)\r\n/.exec(form)?.[1] ?? '';
    const [one, other] = [textOf({ key: 'a' }), textOf({ key: 'a' })];
    expect(one.endsWith(`\r\n--${boundaryOf(one)}--\r\n`)).toBe(true);
    expect(boundaryOf(one)).not.toBe(boundaryOf(other));
  });

  test('has a Content-Length that includes the file', () => {
    const { headers, parts } = formBody({ key: 'ü' }, 1_000_000);
    const around = parts.before.byteLength + parts.after.byteLength;
    expect(headers['Content-Length']).toBe(String(around + 1_000_000));
  });
});
