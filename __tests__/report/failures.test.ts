import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import ts from 'typescript';
import { filesIn } from '../../scripts/files.js';
import { root } from '../../scripts/bundle.js';
import { failureKinds } from '../../src/report/failures.js';

/** Errors that are caught before the report, or only wrap the errors that it is about. */
const notReported = [
  'AbandonedError',
  'AnswerShapeError',
  'CutOffError',
  'GitHubError',
  'LookUpEndedError',
  'NotDeployedError',
  'PatternError',
  'ProxyError',
  'ReleaseError',
  'SubjectError',
  'UnreadableFileError',
  'UnusableResponseError',
];

const table = 'src/report/failures.ts';

/** The sources as a program, with one of the files changed. */
function programWith(changed: string, change: (source: string) => string): ts.Program {
  const config = ts.getParsedCommandLineOfConfigFile(join(root, 'tsconfig.json'), undefined, {
    ...ts.sys,
    onUnRecoverableConfigFileDiagnostic: ({ messageText }) => {
      throw new Error(ts.flattenDiagnosticMessageText(messageText, '\n'));
    },
  });
  const options = { ...config?.options, types: [] };
  const host = ts.createCompilerHost(options);
  const readFile = host.readFile.bind(host);
  host.readFile = (path) => {
    const source = readFile(path);
    if (source === undefined || path !== join(root, changed)) return source;
    const result = change(source);
    if (result === source) throw new Error(`Nothing was changed in ${changed}`);
    return result;
  };
  host.getSourceFile = (path, languageVersion) => {
    const source = host.readFile(path);
    return source === undefined
      ? undefined
      : ts.createSourceFile(path, source, languageVersion, true);
  };
  return ts.createProgram({
    rootNames: filesIn('src', /\.ts$/).map((path) => join(root, path)),
    options,
    host,
  });
}

function messagesOf(program: ts.Program, path: string): string[] {
  const file = program.getSourceFile(join(root, path));
  return program
    .getSemanticDiagnostics(file)
    .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'));
}

describe('a kind of failure without words does not compile', () => {
  test.each([
    {
      name: 'a failure of a step',
      path: 'src/record/errors.ts',
      change: (source: string) =>
        source.replace(
          'export interface StepFacts {',
          "export interface StepFacts {\n  readonly 'new-kind': NoFacts;",
        ),
    },
    {
      name: 'a failure of a call',
      path: 'src/pipecat/errors.ts',
      change: (source: string) =>
        source.replace(
          'export type CallFailureKind =',
          "export type CallFailureKind =\n  | 'new-kind'",
        ),
    },
    {
      name: 'one of a class of its own',
      path: 'src/context/errors.ts',
      change: (source: string) =>
        source.replace(
          "kind = 'context-unusable'",
          "kind: 'context-unusable' | 'new-kind' = 'context-unusable'",
        ),
    },
  ])('$name', ({ path, change }) => {
    const messages = messagesOf(programWith(path, change), table);
    expect(messages.join('\n')).toContain(`Property '"new-kind"' is missing`);
  });
});

test('every class of errors has a kind with words, or is known not to reach the report', () => {
  const program = programWith('src/version.ts', (source) => `${source}\n`);
  const checker = program.getTypeChecker();
  const found = program
    .getSourceFiles()
    .filter(({ fileName }) => fileName.startsWith(join(root, 'src/')))
    .flatMap(({ statements }) => statements.filter(ts.isClassDeclaration))
    .filter(({ heritageClauses = [] }) =>
      heritageClauses.some(({ types }) => /^\w*Error$/.test(types[0]?.expression.getText() ?? '')),
    )
    .map((declaration) => {
      const type = checker.getTypeAtLocation(declaration);
      const kind = type.getProperty('kind');
      const kinds = kind && checker.getTypeOfSymbol(kind);
      const constraint = kinds && (checker.getBaseConstraintOfType(kinds) ?? kinds);
      const literals = constraint?.isUnion() === true ? constraint.types : [constraint];
      return {
        name: declaration.name?.text ?? '',
        kinds: literals.map((literal) =>
          literal?.isStringLiteral() === true ? literal.value : undefined,
        ),
      };
    });
  const withoutKind = found.filter(({ kinds }) => kinds.includes(undefined));
  expect(withoutKind.map(({ name }) => name).sort()).toEqual(notReported);
  const named = found.flatMap(({ kinds }) => kinds.filter((kind) => kind !== undefined));
  expect(new Set([...named, 'unexpected'])).toEqual(new Set(Object.keys(failureKinds)));
});
