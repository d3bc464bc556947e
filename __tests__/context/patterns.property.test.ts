import { afterEach, beforeEach, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { patternLines } from '../../src/context/docker-patterns.js';
import { ContextError } from '../../src/context/errors.js';
import { IgnoreRules, noVerdict } from '../../src/context/ignore-rules.js';
import { snags, texts, tries } from '../support/properties.js';
import { Workspace } from './tree.js';

let workspace: Workspace;

beforeEach(async () => {
  workspace = await Workspace.create();
});

afterEach(() => {
  workspace.remove();
});

const patternSnags = fc.constantFrom(
  ...[
    '*',
    '**',
    '/',
    '?',
    '[',
    ']',
    '[^',
    '-',
    '\\',
    '!',
    '#',
    '..',
    '.',
    '{',
    '}',
    ',',
    '|',
    '(',
    ')',
  ],
  ...[
    '+',
    '^',
    '$',
    'a',
    'bot.py',
    'z',
    '[a-',
    '[z-a]',
    '[[:alpha:]]',
    '\\b',
    '\\d',
    '\ud83c\udf99',
    '\n',
  ],
);

const patterns = fc.oneof(
  fc.array(patternSnags, { maxLength: 12 }).map((parts) => parts.join('')),
  texts,
);

test('an ignore file is read, or its invalid lines are named by number', async () => {
  const contents = fc.array(patterns, { maxLength: 6 }).map((lines) => lines.join('\n'));
  await fc.assert(
    fc.asyncProperty(contents, fc.array(patterns, { maxLength: 3 }), async (content, exclude) => {
      await workspace.write({ Dockerfile: 'FROM scratch', 'bot.py': '', '.dockerignore': content });
      try {
        const { files } = await workspace.select({ exclude });
        expect(files).toBeGreaterThan(0);
      } catch (error) {
        if (!(error instanceof ContextError)) throw error;
        for (const { about, message, next } of error.problems) {
          expect(about + message).toMatch(/line \d+|exclude pattern|is not text in UTF-8/);
          expect(next).toBeDefined();
        }
      }
    }),
    tries(40),
  );
});

test('a line that is not rejected can be compared with any path', () => {
  fc.assert(
    fc.property(patterns, fc.oneof(patterns, snags), (content, path) => {
      const rules = new IgnoreRules(patternLines(content), () => undefined);
      const { isIgnored } = rules.judge(path, noVerdict);
      expect(typeof isIgnored).toBe('boolean');
    }),
    tries(300),
  );
});

test('any name of a folder or a Dockerfile is found or reported as unusable', async () => {
  await workspace.write({ Dockerfile: 'FROM scratch', 'a/bot.py': '' });
  await fc.assert(
    fc.asyncProperty(texts, texts, async (directory, dockerfile) => {
      try {
        await workspace.select({ directory, dockerfile });
      } catch (error) {
        if (!(error instanceof ContextError)) throw error;
        expect(error.problems.length).toBeGreaterThan(0);
      }
    }),
    tries(100),
  );
});
