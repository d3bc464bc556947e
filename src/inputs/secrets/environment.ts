import { splitItems, type Environment } from '../raw-inputs.js';
import { nearest } from '../../text/nearest.js';
import { isConventional, isObjectAsText, objectAsText, SourceReading } from './source.js';

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
  if (isObjectAsText(input)) {
    reading.problems.push(objectAsText);
    return reading;
  }
  const items = splitItems(input);
  for (const [index, item] of items.entries()) {
    const place = `item ${index + 1}`;
    const match = /^(?:([^=\s]+)\s*=\s*)?([A-Za-z_][A-Za-z0-9_]*)$/.exec(item);
    const source = match?.[2];
    if (source === undefined) {
      for (const rest of items.slice(index)) reading.addPossibleSecretLine(rest);
      const breach = mistakeInName(item);
      reading.stopAt(
        breach !== undefined
          ? `${place} ${breach}`
          : `${place} has to be the name of an environment variable, or \`TARGET=SOURCE\`; values do not belong here but into \`env:\` or \`secrets\``,
      );
      return reading;
    }
    const target = match?.[1] ?? source;
    // A name such as `toString` is there in every object, and no variable.
    const set = Object.hasOwn(environment, source) ? environment[source] : undefined;
    const value = set ?? '';
    const unset = set === undefined;
    if (unset && (source !== target || !isConventional(source))) {
      reading.addPossibleSecret(source);
      if (source === target || !isConventional(target)) {
        reading.stopAt(
          `${place} is not the name of a variable that is set (it is not shown, as it may be a value)`,
        );
        return reading;
      }
    }
    if (!unset) reading.add(target, value, place);
    else
      reading.add(target, value, place, { unset: { meant: nearestVariable(source, environment) } });
  }
  return reading;
}

/** What is wrong with an item that is no name, if it is sure to hold names only. */
function mistakeInName(item: string): string | undefined {
  if (/^(?:[\w-]+=)?\$(?:[A-Z_][A-Z0-9_]*|\{[A-Z_][A-Z0-9_]*\})$/.test(item)) {
    return 'begins with `$`. Write the name of the variable alone, such as `OPENAI_API_KEY`';
  }
  if (/^[A-Z_][A-Z0-9_]*(?:\s+[A-Z_][A-Z0-9_]*)+$/.test(item)) {
    return 'has several names with blanks between them. Write one name a line, or commas between the names';
  }
  if (/^-\s+[A-Za-z_]\w*$/.test(item)) {
    return 'begins with `- `, as in a YAML list. Write the name alone';
  }
  return undefined;
}

function nearestVariable(source: string, environment: Environment): string | undefined {
  if (!isConventional(source)) return undefined;
  return nearest(source, Object.keys(environment).filter(isOfWorkflow));
}

/** Whether a variable may be one that the workflow sets for the bot. */
function isOfWorkflow(name: string): boolean {
  return isConventional(name) && !/^(?:INPUT|GITHUB|RUNNER|ACTIONS)_/.test(name);
}
