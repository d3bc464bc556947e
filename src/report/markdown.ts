import { printable } from '../text/printable.js';

/**
 * Markdown that shows text from outside unchanged. It puts such text only into code spans and code
 * blocks, where neither Markdown nor HTML has a meaning.
 */

/** A code span on one line. */
export function code(text: string): string {
  const line = printable(text).replace(/\s+/g, ' ').trim();
  if (line === '') return '';
  const fence = '`'.repeat(longestRun(line) + 1);
  // A space separates a backtick of the text from the fence; Markdown removes the space.
  const padding = line.startsWith('`') || line.endsWith('`') ? ' ' : '';
  return `${fence}${padding}${line}${padding}${fence}`;
}

/** Code spans, separated by commas. */
export function codes(texts: readonly string[]): string {
  return texts.map(code).join(', ');
}

/** A code block. */
export function codeBlock(text: string): string {
  const body = printable(text);
  const fence = '`'.repeat(Math.max(3, longestRun(body) + 1));
  return `${fence}text\n${body}\n${fence}`;
}

/** Content that a click on a line opens; `content` is Markdown. */
export function folded(title: string, content: string): string {
  return `<details><summary>${title}</summary>\n\n${content}\n\n</details>`;
}

/** A list of sentences of the action. */
export function bulletList(sentences: readonly string[]): string {
  return sentences.map((sentence) => `- ${prose(sentence)}`).join('\n');
}

/** The rows of a table: cells by their columns, which are the same in every row. */
type Rows = readonly Readonly<Record<string, string>>[];

/** A table; the cells are Markdown on one line each. Empty without rows. */
export function table(rows: Rows): string {
  const [first] = rows;
  if (first === undefined) return '';
  const columns = Object.keys(first);
  // A pipe would end the cell, in code spans as well.
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replace(/\|/g, '\\|')).join(' | ')} |`;
  return [columns, columns.map(() => '---'), ...rows.map(Object.values<string>)]
    .map(line)
    .join('\n');
}

/**
 * Makes sentences of the action safe that quote names and texts in backticks: quoted text becomes a
 * code span, and the rest loses its Markdown and HTML.
 */
export function prose(text: string): string {
  return printable(text)
    .split(/(`[^`]+`)/)
    .map((part) => (/^`[^`]+`$/.test(part) ? code(part.slice(1, -1)) : escape(part)))
    .join('');
}

function escape(text: string): string {
  return (
    text
      .replace(/&/g, '&amp;')
      .replace(/</g, '&lt;')
      .replace(/>/g, '&gt;')
      .replace(/[\\*_[\]`|~#!@]/g, (mark) => `&#${mark.charCodeAt(0)};`)
      // GitHub makes links of addresses; those that it may are our own.
      .replace(/:\/\/(?!docs\.pipecat\.ai\/)/g, ':&#47;&#47;')
      .replace(/\bwww\./gi, 'www&#46;')
      .replace(/\n+/g, '<br>')
  );
}

function longestRun(text: string): number {
  return (text.match(/`+/g) ?? []).reduce((longest, run) => Math.max(longest, run.length), 0);
}

/**
 * A name in a cell of an HTML table, where Markdown has no meaning. GitHub's styles break `code` at every
 * hyphen, even in a cell that does not wrap; they leave `samp` on one line.
 */
export function samp(text: string): string {
  const line = printable(text).replace(/\s+/g, ' ').trim();
  return `<samp>${line.replace(/[&<>@#]/g, (mark) => `&#${mark.charCodeAt(0)};`)}</samp>`;
}

/**
 * Cells for the images of a run, without registry and path if these are the same for all of them. Folded
 * parts of the summary have them whole.
 */
export function imageCells(images: readonly string[]): (image: string) => string {
  const pathLength = (image: string): number => image.lastIndexOf('/') + 1;
  const paths = new Set(images.map((image) => image.slice(0, pathLength(image))));
  return (image) => samp(paths.size === 1 ? image.slice(pathLength(image)) : image);
}

/**
 * A table whose cells do not break. A column that is empty in every row is left out. Cells are HTML on
 * one line each. Empty without rows.
 */
export function htmlTable(rows: Rows): string {
  const [first] = rows;
  if (first === undefined) return '';
  const columns = Object.keys(first).filter((column) =>
    rows.some(({ [column]: cell = '' }) => cell !== ''),
  );
  const line = (tag: string, cells: readonly string[]): string =>
    `<tr>${cells.map((cell) => `<${tag} nowrap>${cell}</${tag}>`).join('')}</tr>`;
  return [
    '<table>',
    line('th', columns),
    ...rows.map((row) =>
      line(
        'td',
        columns.map((column) => row[column] ?? ''),
      ),
    ),
    '</table>',
  ].join('\n');
}
