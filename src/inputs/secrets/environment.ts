import { lookUp } from '../../text/look-up.js';
import { splitItems, type Environment } from '../raw-inputs.js';
import { nearest } from '../../text/nearest.js';
import { isConventional, isObjectAsText, objectAsText, SourceReading } from './source.js';

/**
 * Reads the `secrets-env` input: names of environment variables, or `TARGET=SOURCE` if the key of the set
 * has another name. Values are never parsed, so they need no quotes.
 *
 * Somebody may write `KEY=value` here by mistake. So messages never show what follows the `=`, and it is
 * masked unless a variable has that name. They show other names only if they look like variables.
 */
export function readEnvironment(input: string, environment: Environment): SourceReading {
  const reading = new SourceReading('secrets-env');
  if (isObjectAsText(input)) return reading.stopAt(objectAsText);
  const items = splitItems(input);
  for (const [index, item] of items.entries()) {
    const place = `item ${index + 1}`;
    const [, renamed, source] = /^(?:([^=\s]+)\s*=\s*)?([A-Za-z_][A-Za-z0-9_]*)$/.exec(item) ?? [];
    if (source === undefined) {
      return reading.stopAt(
        `${place} ${mistakeInName(item) ?? 'is not the name of an environment variable, or `TARGET=SOURCE`. Put values into `env:` or `secrets`'}`,
        items.slice(index),
      );
    }
    const target = renamed ?? source;
    // Every object has names such as `toString`, which are not variables.
    const value = lookUp(environment, source);
    if (value !== undefined) {
      reading.add(target, value, place);
      continue;
    }
    if (source !== target || !isConventional(source)) {
      reading.addPossibleSecret(source);
      if (source === target || !isConventional(target)) {
        return reading.stopAt(
          `${place} is not the name of a variable that is set (it is not shown, as it may be a value)`,
        );
      }
    }
    reading.add(target, '', place, {
      unset: {
        variable: source === target ? source : undefined,
        meant: nearestVariable(source, environment),
      },
    });
  }
  return reading;
}

/** What is wrong with an item that is not a name, if it certainly contains only names. */
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

/** Whether the workflow may have set a variable for the bot. */
function isOfWorkflow(name: string): boolean {
  return isConventional(name) && !/^(?:INPUT|GITHUB|RUNNER|ACTIONS)_/.test(name);
}
