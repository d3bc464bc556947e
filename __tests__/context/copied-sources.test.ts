import { describe, expect, test } from '@jest/globals';
import { missingSources } from '../../src/context/copied-sources.js';
import type { ContextEntry } from '../../src/context/walk.js';

function entry(path: string, kind: ContextEntry['kind'] = 'file'): ContextEntry {
  return kind === 'link'
    ? { kind, path, target: 'elsewhere' }
    : { kind, path, bytes: 1, isExecutable: false, inode: 1 };
}

const entries = [
  entry('Dockerfile'),
  entry('bot.py'),
  entry('src/main.py'),
  entry('shared', 'link'),
];

function missing(...lines: string[]): string[] {
  return missingSources(['FROM scratch', ...lines].join('\n'), entries).map(
    ({ path, line }) => `${line} ${path}`,
  );
}

describe('a source that is not in the context is found', () => {
  test.each([
    { name: 'a file', lines: ['COPY app.py .'], found: ['2 app.py'] },
    { name: 'one of several', lines: ['COPY bot.py app.py ./'], found: ['2 app.py'] },
    { name: 'in lower case', lines: ['copy app.py .'], found: ['2 app.py'] },
    { name: 'of ADD', lines: ['ADD app.tar .'], found: ['2 app.tar'] },
    { name: 'in JSON', lines: ['COPY ["a b.py", "bot.py", "./"]'], found: ['2 a b.py'] },
    { name: 'with flags', lines: ['COPY --chown=1:1 --link app.py .'], found: ['2 app.py'] },
    { name: 'from the root', lines: ['COPY /app.py .'], found: ['2 /app.py'] },
    {
      name: 'on several lines',
      lines: ['COPY bot.py \\', '# why', '', '  app.py \\', '  ./'],
      found: ['2 app.py'],
    },
    { name: 'a folder', lines: ['COPY server/ ./'], found: ['2 server/'] },
    {
      name: 'after a here-document',
      lines: ['RUN <<EOF', 'COPY no .', 'EOF', 'COPY app.py .'],
      found: ['5 app.py'],
    },
  ])('$name', ({ lines, found }) => {
    expect(missing(...lines)).toEqual(found);
  });

  test('with another escape character', () => {
    const dockerfile = '# escape=`\nFROM scratch\nCOPY bot.py `\n  app.py .\nCOPY a.py c:\\\n';
    expect(missingSources(dockerfile, entries)).toEqual([
      { path: 'app.py', line: 3 },
      { path: 'a.py', line: 5 },
    ]);
  });
});

describe('nothing is found', () => {
  test.each([
    { name: 'of what is there', lines: ['COPY bot.py src/main.py ./src /src . / ./'] },
    { name: 'of what is behind a link', lines: ['COPY shared/app.py .'] },
    { name: 'of another stage or image', lines: ['COPY --from=ghcr.io/a/b:1 /app.py .'] },
    { name: 'of wildcards', lines: ['COPY app*.py a?.py [ab].py ./'] },
    { name: 'of variables', lines: ['ARG FILE', 'COPY $FILE ${FILE}.py ./'] },
    { name: 'of addresses', lines: ['ADD https://a.example/app.py git@github.com:a/b.git ./'] },
    {
      name: 'of here-documents',
      lines: ['COPY <<EOF <<-"TAB" /a/', 'COPY a .', 'EOF', '\tCOPY b .', '\tTAB'],
    },
    { name: 'of ONBUILD', lines: ['ONBUILD COPY app.py .'] },
    { name: 'of comments', lines: ['# COPY app.py .'] },
    { name: 'of other instructions', lines: ['RUN COPY app.py .', 'CMD ["COPY", "app.py", "."]'] },
    { name: 'of quotes and escapes', lines: ['COPY "app.py" a\\ b.py ./'] },
    { name: 'of nothing', lines: ['COPY', 'COPY app.py', 'ADD []'] },
  ])('$name', ({ lines }) => {
    expect(missing(...lines)).toEqual([]);
  });
});

describe('only stages that the last one needs count:', () => {
  test.each([
    { name: 'not another one', lines: ['FROM a AS test', 'COPY x .', 'FROM b'], found: [] },
    { name: 'its base', lines: ['FROM a AS base', 'COPY x .', 'FROM BASE'], found: ['2 x'] },
    {
      name: 'what it copies from',
      lines: ['FROM a AS one', 'COPY x .', 'FROM b', 'COPY --from=one /x .'],
      found: ['2 x'],
    },
    {
      name: 'by number',
      lines: ['FROM a', 'COPY x .', 'FROM b', 'COPY --from=0 /x .'],
      found: ['2 x'],
    },
    {
      name: 'what it mounts',
      lines: [
        'FROM a AS one',
        'COPY x .',
        'FROM b',
        'RUN --mount=type=bind,from=one,target=/x true',
      ],
      found: ['2 x'],
    },
    {
      name: 'through others',
      lines: ['FROM a AS one', 'COPY x .', 'FROM one AS two', 'FROM two'],
      found: ['2 x'],
    },
    {
      name: 'with a platform',
      lines: ['FROM --platform=linux/arm64 a AS one', 'COPY x .', 'FROM --platform=$P one'],
      found: ['2 x'],
    },
  ])('$name', ({ lines, found }) => {
    const sources = missingSources(lines.join('\n'), entries);
    expect(sources.map(({ path, line }) => `${line} ${path}`)).toEqual(found);
  });
});
