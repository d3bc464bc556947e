import { posix } from 'node:path';
import type { ContextEntry } from './select.js';

/** A source that a Dockerfile copies from the context, and that the context does not have. */
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
  /** Names or numbers of the stages that it is made of, and images. */
  readonly needs: Set<string>;
  readonly sources: MissingSource[];
}

/**
 * Finds literal sources of `COPY` and `ADD` that the context does not have. Sources with wildcards,
 * variables, quotes or escapes are passed over, as are those of stages that the last stage does not
 * need: a build skips these.
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
    // What is behind a link may exist all the same.
    for (let part = clean; part !== '.'; part = posix.dirname(part)) {
      if (links.has(part)) return false;
    }
    return true;
  };
  return neededStages(stagesOf(instructionsOf(dockerfile)))
    .flatMap(({ sources }) => sources)
    .filter(isMissing);
}

/** Those that the last stage is made of, and itself. */
function neededStages(stages: readonly Stage[]): Stage[] {
  const needed = new Set<number>();
  const pending = [stages.length - 1];
  for (let index = pending.pop(); index !== undefined; index = pending.pop()) {
    const stage = stages[index];
    if (stage === undefined || needed.has(index)) continue;
    needed.add(index);
    for (const need of stage.needs) {
      // A stage knows only those before it; anything else is an image.
      const before = stages.slice(0, index);
      const byName = before.findLastIndex(({ name }) => name === need.toLowerCase());
      pending.push(byName === -1 && /^\d+$/.test(need) ? Number(need) : byName);
      // A name that is a variable may be any stage.
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

/** All words but the last, as far as they are literal paths. */
function sourcesOf(words: readonly string[]): string[] {
  const text = words.join(' ');
  let list: readonly unknown[] = words;
  if (text.startsWith('[')) {
    try {
      const parsed: unknown = JSON.parse(text);
      if (Array.isArray(parsed)) list = parsed;
    } catch {
      // Docker then takes it as words, too.
    }
  }
  const sources = list.slice(0, -1).filter((word) => typeof word === 'string');
  // Quotes and escapes can join words.
  if (list === words && /["'\\`]/.test(sources.join(' '))) return [];
  return sources.filter((word) => !/[*?[\]$"'\\`]|^<<|:\/\/|^[^/]+@[^/]+:/.test(word));
}

/** The instructions of a Dockerfile: lines are joined; comments and here-documents are gone. */
function instructionsOf(dockerfile: string): Instruction[] {
  const lines = dockerfile.replace(/^\uFEFF/, '').split(/\r?\n/);
  const escape = escapeOf(lines);
  const instructions: Instruction[] = [];
  for (let index = 0; index < lines.length; index++) {
    const line = index + 1;
    if (isSkipped(lines[index] ?? '')) continue;
    let text = (lines[index] ?? '').trimEnd();
    while (text.endsWith(escape) && index + 1 < lines.length) {
      text = text.slice(0, -1);
      do index += 1;
      while (index + 1 < lines.length && isSkipped(lines[index] ?? ''));
      text += isSkipped(lines[index] ?? '') ? '' : (lines[index] ?? '').trimEnd();
    }
    const [first = '', ...words] = text.trim().split(/\s+/);
    const name = first.toLowerCase();
    // What `ONBUILD` says is for builds that begin with this image.
    instructions.push({ line, name, words });
    if (!['run', 'copy', 'add'].includes(name)) continue;
    for (const [, dash, , delimiter] of text.matchAll(/<<(-?)(["']?)([A-Za-z_]\w*)\2/g)) {
      do index += 1;
      while (index < lines.length && !endsDocument(lines[index] ?? '', dash, delimiter));
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

/** The character that `# escape=` at the top names. */
function escapeOf(lines: readonly string[]): string {
  for (const line of lines) {
    const [, key, value] = /^\s*#\s*(\w+)\s*=\s*(\S+)\s*$/.exec(line) ?? [];
    if (key === undefined) return '\\';
    if (key.toLowerCase() === 'escape') return value ?? '\\';
  }
  return '\\';
}
