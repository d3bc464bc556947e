import { code } from './markdown.js';

/** How much the report shows of what may be long. */
export interface Limits {
  /** Keys of each list in a table. */
  readonly keys: number;
  /** Keys and other names of each list in a sentence. */
  readonly names: number;
  /** Mistakes of one failure. */
  readonly problems: number;
  /** Characters of one mistake. */
  readonly characters: number;
}

const fullLimits: Limits = { keys: 500, names: 40, problems: 500, characters: 20_000 };

/** Each next one has shorter lists, to make room for what is most important. */
const shorterLimits: readonly Limits[] = [
  { keys: 100, names: 40, problems: 100, characters: 2000 },
  { keys: 20, names: 20, problems: 50, characters: 500 },
  { keys: 5, names: 5, problems: 20, characters: 200 },
];

/** A part of the report, which is left out as a whole or not at all. */
export interface Section {
  /** Its name in the remark on what was left out; Markdown. */
  readonly name: string;
  readonly text: string | undefined;
}

/** The name of a section that exists for each of several things. */
export function sectionOf(what: string, name: string): string {
  return `${what} ${code(name)}`;
}

/** Bytes for the remark on what was left out. */
const remarkBytes = 2000;
const maxNamed = 10;

/**
 * Writes what fits. First shortens lists; then adds sections in order, and leaves out a section that is
 * too long for the room that is left.
 */
export function fitSections(
  most: number,
  sectionsIn: (limits: Limits) => readonly Section[],
): string {
  const nonEmpty = (limits: Limits): readonly Section[] =>
    sectionsIn(limits).filter(({ text }) => text !== undefined && text !== '');
  const whole = nonEmpty(fullLimits);
  let sections = whole;
  for (const limits of shorterLimits) {
    if (bytesOf(sections) <= most - remarkBytes) break;
    sections = nonEmpty(limits);
  }
  const remarks = bytesOf(sections) < bytesOf(whole) ? [cutRemark] : [];
  const kept: Section[] = [];
  const leftOut: Section[] = [];
  let left = most - remarkBytes;
  for (const section of sections) {
    const bytes = bytesOf([section]);
    if (bytes > left) leftOut.push(section);
    else {
      kept.push(section);
      left -= bytes;
    }
  }
  return joined(kept, leftOut.length === 0 ? remarks : [...remarks, leftOutRemark(leftOut)]);
}

const cutRemark =
  '_Long lists are cut, because GitHub limits the length. The outputs of the action name all keys that were written._';

function leftOutRemark(sections: readonly Section[]): string {
  const names = sections.slice(0, maxNamed).map(({ name }) => name);
  const more =
    sections.length > maxNamed ? `, and ${sections.length - maxNamed} more of its parts` : '';
  return `_There was no room for ${names.join(', ')}${more}; the log has more._`;
}

function bytesOf(sections: readonly Section[]): number {
  return sections.reduce((sum, { text = '' }) => sum + Buffer.byteLength(text, 'utf8') + 2, 0);
}

function joined(sections: readonly Section[], remarks: readonly string[]): string {
  return `${[...sections.map(({ text = '' }) => text), ...remarks].join('\n\n')}\n`;
}
