import { posix } from 'node:path';
import type { ContextEntry } from './walk.js';

/** A source that a Dockerfile copies, but the context does not contain. */
export interface MissingSource {
  readonly path: string;
  /** Line of the Dockerfile, from 1. */
  readonly line: number;
}

interface Instruction {
  readonly line: number;
  readonly name: string;
  readonly words: readonly string[];
}

interface Stage {
  readonly name: string | undefined;
  /** Names or numbers of the stages that it uses, and images. */
  readonly needs: Set<string>;
  readonly sources: MissingSource[];
}

/**
 * Finds literal sources of `COPY` and `ADD` that the context does not contain. Ignores sources with
 * wildcards, variables, quotes or escapes, and stages that the last stage does not use, because a build
 * skips them.
 */
export function missingSources(
  dockerfile: string,
  entries: readonly ContextEntry[],
): MissingSource[] {
  const known = new Set<string>();
  const links = new Set<string>();
  for (const { path, kind } of entries) {
    if (kind === 'link') links.add(path);
    for (let part = path; part !== '.'; part = posix.dirname(part)) known.add(part);
  }
  const isMissing = ({ path }: MissingSource): boolean => {
    const clean = posix.normalize(`/${path}`).replace(/\/$/, '').slice(1);
    if (clean === '' || known.has(clean)) return false;
    // A path through a link may exist.
    for (let part = clean; part !== '.'; part = posix.dirname(part)) {
      if (links.has(part)) return false;
    }
    return true;
  };
  return neededStages(stagesOf(instructionsOf(dockerfile)))
    .flatMap(({ sources }) => sources)
    .filter(isMissing);
}

/** The last stage and the stages that it uses. */
function neededStages(stages: readonly Stage[]): Stage[] {
  const needed = new Set<number>();
  const pending = [stages.length - 1];
  for (let index = pending.pop(); index !== undefined; index = pending.pop()) {
    const stage = stages[index];
    if (stage === undefined || needed.has(index)) continue;
    needed.add(index);
    for (const need of stage.needs) {
      // A stage can only use those before it. Any other name is an image.
      const before = stages.slice(0, index);
      const byName = before.findLastIndex(({ name }) => name === need.toLowerCase());
      pending.push(byName === -1 && /^\d+$/.test(need) ? Number(need) : byName);
      // A variable may name any stage.
      if (need.includes('$')) pending.push(...before.keys());
    }
  }
  return stages.filter((_, index) => needed.has(index));
}

function stagesOf(instructions: readonly Instruction[]): Stage[] {
  const stages: Stage[] = [];
  for (const { line, name, words } of instructions) {
    const flags = words.filter((word) => word.startsWith('--'));
    const rest = words.slice(words.findLastIndex((word) => word.startsWith('--')) + 1);
    if (name === 'from') {
      const [base = '', as, alias] = rest;
      const stage = as?.toLowerCase() === 'as' ? alias?.toLowerCase() : undefined;
      stages.push({ name: stage, needs: new Set([base]), sources: [] });
      continue;
    }
    const stage = stages.at(-1);
    if (stage === undefined) continue;
    for (const flag of flags) {
      const [, from] = /^--(?:from=|mount=(?:.*,)?from=)([^,]+)/.exec(flag) ?? [];
      if (from !== undefined) stage.needs.add(from);
    }
    if (name !== 'copy' && name !== 'add') continue;
    if (flags.some((flag) => flag.startsWith('--from='))) continue;
    for (const path of sourcesOf(rest)) stage.sources.push({ path, line });
  }
  return stages;
}

/** All words but the last that are literal paths. */
function sourcesOf(words: readonly string[]): string[] {
  const text = words.join(' ');
  let list: readonly unknown[] = words;
  if (text.startsWith('[')) {
    try {
      const parsed: unknown = JSON.parse(text);
      if (Array.isArray(parsed)) list = parsed;
    } catch {
      // Docker also reads this as words.
    }
  }
  const sources = list.slice(0, -1).filter((word) => typeof word === 'string');
  // Quotes and escapes may join words.
  if (list === words && /["'\\`]/.test(sources.join(' '))) return [];
  return sources.filter((word) => !/[*?[\]$"'\\`]|^<<|:\/\/|^[^/]+@[^/]+:/.test(word));
}

/** Reads the instructions of a Dockerfile: joins lines, and skips comments and here-documents. */
function instructionsOf(dockerfile: string): Instruction[] {
  const lines = dockerfile.replace(/^\uFEFF/, '').split(/\r?\n/);
  const escape = escapeOf(lines);
  const instructions: Instruction[] = [];
  let next = 0;
  const nextLine = (): string => lines[next++] ?? '';
  while (next < lines.length) {
    const line = next + 1;
    let text = nextLine().trimEnd();
    if (isSkipped(text)) continue;
    while (text.endsWith(escape) && next < lines.length) {
      let continued = nextLine();
      while (isSkipped(continued) && next < lines.length) continued = nextLine();
      text = text.slice(0, -1) + (isSkipped(continued) ? '' : continued.trimEnd());
    }
    const [first = '', ...words] = text.trim().split(/\s+/);
    const name = first.toLowerCase();
    // The name is `onbuild` for `ONBUILD COPY …`, which only affects builds from this image.
    instructions.push({ line, name, words });
    if (!['run', 'copy', 'add'].includes(name)) continue;
    for (const [, dash, , delimiter] of text.matchAll(/<<(-?)(["']?)([A-Za-z_]\w*)\2/g)) {
      while (next < lines.length && !endsDocument(nextLine(), dash, delimiter));
    }
  }
  return instructions;
}

function endsDocument(
  line: string,
  dash: string | undefined,
  delimiter: string | undefined,
): boolean {
  return (dash === '-' ? line.replace(/^\t+/, '') : line) === delimiter;
}

function isSkipped(line: string): boolean {
  return /^\s*(?:#|$)/.test(line);
}

/** The escape character, which `# escape=` at the top can set. */
function escapeOf(lines: readonly string[]): string {
  for (const line of lines) {
    const [, key, value] = /^\s*#\s*(\w+)\s*=\s*(\S+)\s*$/.exec(line) ?? [];
    if (key === undefined) return '\\';
    if (key.toLowerCase() === 'escape') return value ?? '\\';
  }
  return '\\';
}
