import { RecordedActions } from '../../support/recorded-actions.js';

/** A command that the runner carries out. */
export interface RunnerCommand {
  readonly name: string;
  readonly line: string;
}

/**
 * The commands in what a step writes, by the strictest reading of it: what begins with `::name`
 * behind any blanks and whatever nobody sees, or holds `##[` with the like in between, on lines that
 * any program would take for such.
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

/** Without the lines that ask for a mask, which have to hold the values. */
export function withoutMasks(raw: string): string {
  // By what ends a line for the runner: a value may hold what does so for others.
  return raw
    .split(/\r\n|[\n\r]/)
    .filter((line) => !line.startsWith('::add-mask::'))
    .join('\n');
}

function linesOf(raw: string): string[] {
  // eslint-disable-next-line no-control-regex
  return raw.split(/\r\n|[\n\r\u2028\u2029\u0085\u000b\u000c]/);
}

/** The runner, with what the toolkit would have written for it. */
export class WrittenActions extends RecordedActions {
  raw = '';
  /** What had been said before a mask was asked for. */
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
