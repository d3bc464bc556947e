import type { Organization } from '../pipecat/answers.js';
import { StepError } from '../record/errors.js';
import type { Journal } from '../record/journal.js';
import { SecretValue } from '../secrecy/secret-value.js';
import type { AccessSettings } from '../plan/settings.js';

/**
 * The organization that a personal access token acts in: the one with the given name, ID or display name,
 * else the first in the platform's list, as in its client. A name that is unknown or ambiguous is an error;
 * the client uses the first organization then.
 */
export function chooseOrganization(
  named: AccessSettings['organization'],
  available: readonly Organization[],
  journal: Journal,
): string {
  const names = available.map(({ name }) => name);
  const [first] = names;
  const chosen = named === undefined ? first : find(named.name, available);
  if (chosen === undefined) {
    throw new StepError('organization-unknown', {
      named: named && { ...named, name: new SecretValue(named.name) },
      available,
    });
  }
  if (named === undefined && names.length > 1) {
    journal.warning(
      `The token has access to several organizations (${names.join(', ')}), so the action uses the first one. Set \`organization: ${chosen}\`.`,
    );
  }
  return chosen;
}

/** The name of the matching organization; undefined if there is none, or more than one. */
function find(named: string, available: readonly Organization[]): string | undefined {
  const exact = available.find(({ name }) => name === named);
  if (exact !== undefined) return exact.name;
  const same = (text: string | undefined) => text?.trim().toLowerCase() === named.toLowerCase();
  const [one, another] = available.filter(
    ({ id, verboseName }) => id === named || same(verboseName),
  );
  return another === undefined ? one?.name : undefined;
}
