import { masksFor } from '../secrecy/masks.js';
import { SecretValue } from '../secrecy/secret-value.js';
import { inputNames, type InputName } from './declared.js';
import { splitItems, type RawInputs } from './raw-inputs.js';

/** Inputs that hold secrets by their meaning: nothing is said of what stands in them. */
const forSecrets: readonly InputName[] = [
  'api-key',
  'pat',
  'secrets',
  'secrets-json',
  'registry-password',
  'github-token',
  'public-api-key',
  'smoke-test-body',
];

/**
 * Parts of secrets that stand in an input where they do not belong: lists are taken apart at commas,
 * lines `region: name` at colons, and of an address the host is told, so that what is said of them
 * quotes parts, in which the whole is not to be found.
 */
export function misplacedParts(raw: RawInputs, secrets: readonly SecretValue[]): SecretValue[] {
  const texts = inputNames
    .filter((name) => !forSecrets.includes(name))
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
