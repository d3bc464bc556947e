import { masksFor } from '../secrecy/masks.js';
import { SecretValue } from '../secrecy/secret-value.js';
import { declaredInputs, inputNames } from './declared.js';
import { splitItems, type RawInputs } from './raw-inputs.js';

/**
 * Parts of secrets that are in the wrong input. Messages may quote such a part, which redacting the whole
 * secret would miss: an item of a list, one side of a line `region: name`, or the host of an address.
 */
export function misplacedParts(raw: RawInputs, secrets: readonly SecretValue[]): SecretValue[] {
  const texts = inputNames
    .filter((name) => !declaredInputs[name].isSecret)
    .map((name) => raw.verbatim(name));
  return secrets
    .flatMap(masksFor)
    .filter((line) => texts.some((text) => text.includes(line)))
    .flatMap((line) => [...splitItems(line), ...line.split(/[,:=]/), hostOf(line)])
    .map((part) => new SecretValue(part));
}

function hostOf(line: string): string {
  return URL.canParse(line) ? new URL(line).host : '';
}
