import type { AccessSettings } from '../plan/settings.js';
import type { Caller } from '../pipecat/caller.js';
import { listOrganizations } from '../pipecat/client.js';
import { keySurface, organizationSurface, type Surface } from '../pipecat/surface.js';
import type { Journal } from '../record/journal.js';
import { chooseOrganization } from './organization.js';

/**
 * Finds the part of the API that the credential can access: one for keys, and one per organization for
 * tokens.
 *
 * @throws OrganizationError or a CallError
 */
export function checkCredential(
  caller: Caller,
  { apiUrl, credential, organization }: AccessSettings,
  journal: Journal,
): Promise<Surface> {
  const { log, record } = journal;
  const { kind, origin } = credential;
  return journal.step('credential', async () => {
    record.actingAs = { credentialKind: kind, credentialOrigin: origin, organization: undefined };
    if (kind === 'private-api-key') {
      log.info(`Using the private API key from ${origin}, at ${apiUrl}.`);
      return keySurface;
    }
    log.info(`Using the personal access token from ${origin}, at ${apiUrl}.`);
    const chosen = chooseOrganization(organization, await listOrganizations(caller), journal);
    record.actingAs = { ...record.actingAs, organization: chosen };
    log.info(`Using the organization ${chosen}.`);
    return organizationSurface(chosen);
  });
}
