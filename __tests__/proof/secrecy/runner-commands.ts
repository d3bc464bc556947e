import { RecordedActions } from '../../support/recorded-actions.js';

/** A command that the runner carries out. */
export interface RunnerCommand {
  readonly name: string;
  readonly line: string;
}

/**
 * Finds commands in the output of a step, by the strictest reading: `::name` at the start of a line, after spaces and invisible
 * characters, or `##[` anywhere, even with such characters in between. A line ends wherever any program would end it.
 */
export function commandsIn(raw: string): RunnerCommand[] {
  return linesOf(raw).flatMap((line): RunnerCommand[] => {
    const seen = line.replace(/\p{Default_Ignorable_Code_Point}/gu, '');
    const [, name] = /^[\s\u0085\p{C}]*::\s*([^\s:]*)/u.exec(seen) ?? [];
    if (name !== undefined) return [{ name, line }];
    const [, old] = /##(?:vso)?\[([^\s\]]*)/i.exec(seen) ?? [];
    return old === undefined ? [] : [{ name: `##[${old}]`, line }];
  });
}

/** Removes the commands that mask values, which must contain the values. */
export function withoutMasks(raw: string): string {
  // Uses the line ends of the runner, because a value may contain other line ends.
  return raw
    .split(/\r\n|[\n\r]/)
    .filter((line) => !line.startsWith('::add-mask::'))
    .join('\n');
}

function linesOf(raw: string): string[] {
  // eslint-disable-next-line no-control-regex
  return raw.split(/\r\n|[\n\r\u2028\u2029\u0085\u000b\u000c]/);
}

/** Records the output, in the format of GitHub's toolkit. */
export class WrittenActions extends RecordedActions {
  raw = '';
  /** The output before the first mask. */
  readonly beforeMasks: string[] = [];
  readonly groups: string[] = [];

  override mask(value: string): void {
    super.mask(value);
    this.beforeMasks.push(...this.log);
  }
  override debug(message: string): void {
    super.debug(message);
    this.#command('debug', message);
  }
  override info(message: string): void {
    super.info(message);
    this.raw += `${message}\n`;
  }
  override notice(message: string): void {
    super.notice(message);
    this.#command('notice', message);
  }
  override warning(message: string): void {
    super.warning(message);
    this.#command('warning', message);
  }
  override error(message: string, title: string): void {
    super.error(message, title);
    const property = escaped(title).replaceAll(':', '%3A').replaceAll(',', '%2C');
    this.#command(`error title=${property}`, message);
  }
  override startGroup(title: string): void {
    super.startGroup(title);
    this.groups.push(title);
    this.#command('group', title);
  }
  override endGroup(): void {
    super.endGroup();
    this.#command('endgroup', '');
  }

  #command(name: string, message: string): void {
    this.raw += `::${name}::${escaped(message)}\n`;
  }
}

function escaped(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}
