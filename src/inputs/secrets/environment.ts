import { splitItems, type Environment } from '../raw-inputs.js';
import { SourceReading } from './source.js';

/**
 * Reads the `secrets-env` input: names of environment variables, or `TARGET=SOURCE` where the key of
 * the set has another name. Values are never parsed, so there is nothing to quote.
 *
 * Somebody may write `KEY=value` here by mistake. So what stands behind the `=` is not shown, and is
 * masked unless it is the name of a variable that there is.
 */
export function readEnvironment(input: string, environment: Environment): SourceReading {
  const reading = new SourceReading('secrets-env');
  for (const [index, item] of splitItems(input).entries()) {
    const place = `item ${index + 1}`;
    const match = /^(?:([^=\s]+)\s*=\s*)?([A-Za-z_][A-Za-z0-9_]*)$/.exec(item);
    const source = match?.[2];
    if (source === undefined) {
      reading.suspect(item.slice(item.indexOf('=') + 1));
      reading.problems.push(
        `${place} has to be the name of an environment variable, or \`TARGET=SOURCE\`; values do not belong here but into \`env:\` or \`secrets\``,
      );
      continue;
    }
    const target = match?.[1] ?? source;
    const value = environment[source] ?? '';
    if (value === '' && source !== target) reading.suspect(source);
    reading.add(target, value, place);
  }
  return reading;
}
