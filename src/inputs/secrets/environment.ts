import { splitItems, type Environment } from '../raw-inputs.js';
import { isConventional, SourceReading } from './source.js';

/**
 * Reads the `secrets-env` input: names of environment variables, or `TARGET=SOURCE` where the key of
 * the set has another name. Values are never parsed, so there is nothing to quote.
 *
 * Somebody may write `KEY=value` here by mistake. So what stands behind the `=` is not shown, and is
 * masked unless it is the name of a variable that there is. What stands in front of it, or alone, is
 * shown only where it looks like a name.
 */
export function readEnvironment(input: string, environment: Environment): SourceReading {
  const reading = new SourceReading('secrets-env');
  const items = splitItems(input);
  for (const [index, item] of items.entries()) {
    const place = `item ${index + 1}`;
    const match = /^(?:([^=\s]+)\s*=\s*)?([A-Za-z_][A-Za-z0-9_]*)$/.exec(item);
    const source = match?.[2];
    if (source === undefined) {
      for (const rest of items.slice(index)) reading.suspectLine(rest);
      reading.breakOff(
        `${place} has to be the name of an environment variable, or \`TARGET=SOURCE\`; values do not belong here but into \`env:\` or \`secrets\``,
      );
      return reading;
    }
    const target = match?.[1] ?? source;
    // A name such as `toString` is there in every object, and no variable.
    const set = Object.hasOwn(environment, source) ? environment[source] : undefined;
    const value = set ?? '';
    const unset = set === undefined;
    if (unset && (source !== target || !isConventional(source))) {
      reading.suspect(source);
      if (source === target || !isConventional(target)) {
        reading.breakOff(
          `${place} is not the name of a variable that is set (it is not shown, as it may be a value)`,
        );
        return reading;
      }
    }
    reading.add(target, value, unset ? `${place}, a variable that \`env:\` does not set` : place);
  }
  return reading;
}
