import type { Actions } from '../../src/report/actions.js';

/** Everything that a run sent to the runner. */
export class RecordedActions implements Actions {
  readonly masks: string[] = [];
  /** All log messages, in order, as `level: message`. */
  readonly log: string[] = [];
  readonly outputs: Record<string, string> = {};
  /** Each output that was set, with the number of log lines before it. */
  readonly history: { name: string; value: string; line: number }[] = [];
  readonly errors: { message: string; title: string }[] = [];
  readonly warnings: string[] = [];
  readonly notices: string[] = [];
  summary = '';
  hasSummary = true;

  mask(value: string): void {
    this.masks.push(value);
  }
  debug(message: string): void {
    this.log.push(`debug: ${message}`);
  }
  info(message: string): void {
    this.log.push(`info: ${message}`);
  }
  notice(message: string): void {
    this.notices.push(message);
    this.log.push(`notice: ${message}`);
  }
  warning(message: string): void {
    this.warnings.push(message);
    this.log.push(`warning: ${message}`);
  }
  error(message: string, title: string): void {
    this.errors.push({ message, title });
    this.log.push(`error: ${title}: ${message}`);
  }
  startGroup(title: string): void {
    this.log.push(`group: ${title}`);
  }
  endGroup(): void {
    this.log.push('endgroup');
  }
  setOutput(name: string, value: string): void {
    this.history.push({ name, value, line: this.log.length });
    this.outputs[name] = value;
  }
  writeSummary(markdown: string): Promise<boolean> {
    if (this.hasSummary) this.summary += markdown;
    return Promise.resolve(this.hasSummary);
  }

  /** Everything that a person or another job can see. */
  get everything(): string {
    return [...this.log, this.summary, JSON.stringify(this.outputs)].join('\n');
  }
}
