import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { root } from './bundle.js';
import { filesIn } from './files.js';

/** A reason why a release cannot work, and what to do; `…` stands for what differs. */
export interface Reason {
  readonly message: string;
  readonly next: string;
}

/** What is wrong with an input; `…` stands for what differs. */
export interface Mistake {
  /** Undefined where several inputs are looked at in the same way. */
  readonly input: string | undefined;
  readonly message: string;
}

/** The reasons that the plan gives, as they stand in the code: objects with a message and what comes next. */
export function reasons(): Reason[] {
  return ['src/plan', 'src/steps']
    .flatMap((folder) => nodesOf(folder, ts.isObjectLiteralExpression))
    .flatMap((literal) => {
      const properties = new Map(
        literal.properties
          .filter(ts.isPropertyAssignment)
          .map(({ name, initializer }) => [name.getText(), initializer]),
      );
      const [message] = texts(properties.get('message'));
      const next = texts(properties.get('next'));
      return message === undefined || next.length === 0
        ? []
        : [{ message, next: next.join(' Or: ') }];
    });
}

/** What is said of inputs, as it stands in the code: calls of `problem` with the input and the words. */
export function mistakes(): Mistake[] {
  return nodesOf('src/inputs', ts.isCallExpression).flatMap(({ expression, arguments: given }) => {
    if (!ts.isPropertyAccessExpression(expression) || expression.name.text !== 'problem') return [];
    const [input, words] = given;
    // What is said elsewhere, of the form of secrets, is said with the line.
    return texts(words)
      .filter((message) => (message.match(/[a-z]+/gi) ?? []).length >= 3)
      .map((message) => ({ input: texts(input)[0], message }));
  });
}

/** The texts that an expression may be. */
function texts(expression: ts.Expression | undefined): string[] {
  if (expression === undefined) return [];
  if (ts.isStringLiteralLike(expression)) return [expression.text];
  if (ts.isConditionalExpression(expression))
    return [...texts(expression.whenTrue), ...texts(expression.whenFalse)];
  if (!ts.isTemplateExpression(expression)) return [];
  const { head, templateSpans } = expression;
  return [head.text + templateSpans.map(({ literal }) => `…${literal.text}`).join('')];
}

function nodesOf<Kind extends ts.Node>(
  folder: string,
  is: (node: ts.Node) => node is Kind,
): Kind[] {
  const found: Kind[] = [];
  const visit = (node: ts.Node): void => {
    if (is(node)) found.push(node);
    ts.forEachChild(node, visit);
  };
  for (const path of filesIn(folder, /\.ts$/)) {
    const source = readFileSync(join(root, path), 'utf8');
    visit(ts.createSourceFile(path, source, ts.ScriptTarget.ES2022, true));
  }
  return found;
}
