import type { SecretValue } from '../secrecy/secret-value.js';
import type { Request } from './connection.js';

/** One key of a secret set and its value. */
export interface SecretPair {
  readonly key: string;
  readonly value: SecretValue;
}

/** A request that writes some pairs of a set. */
interface SecretWrite {
  readonly request: Request;
  /** The keys that it writes. */
  readonly keys: readonly string[];
}

/**
 * The API has two surfaces that do the same with different requests: one for a private API key, which
 * belongs to one organization, and one for a personal access token, which names the organization.
 */
export interface Surface {
  /** The path of a resource that both surfaces have, such as `secrets/voice`. */
  path(resource: string): string;
  /** The path of the agents, or of one. */
  agents(suffix?: string): string;
  /** The requests that write the pairs of a set, in order. */
  secretWrites(set: string, region: string, pairs: readonly SecretPair[]): SecretWrite[];
  /** The request that updates fields of an agent. */
  agentUpdate(agent: string, fields: Readonly<Record<string, unknown>>): Request;
  /** Only the organization surface lists agent profiles. */
  readonly listsAgentProfiles: boolean;
}

/** The surface of a private API key: `/v1/…`. */
export const keySurface: Surface = {
  path: (resource) => `/v1/${resource}`,
  agents: (suffix = '') => `/v1/agents${suffix}`,
  secretWrites: (set, region, pairs) => [
    {
      request: {
        method: 'PUT',
        path: `/v1/secrets/${encodeURIComponent(set)}`,
        body: {
          secrets: pairs.map(({ key, value }) => ({ secretKey: key, secretValue: value.reveal() })),
          region,
        },
      },
      keys: pairs.map(({ key }) => key),
    },
  ],
  agentUpdate: (agent, fields) => ({
    method: 'POST',
    path: `/v1/agents/${encodeURIComponent(agent)}`,
    body: fields,
  }),
  listsAgentProfiles: false,
};

/** The surface of a personal access token: `/v1/organizations/{organization}/…`. */
export function organizationSurface(organization: string): Surface {
  const root = `/v1/organizations/${encodeURIComponent(organization)}`;
  return {
    path: (resource) => `${root}/${resource}`,
    agents: (suffix = '') => `${root}/services${suffix}`,
    // This surface takes one pair per request.
    secretWrites: (set, region, pairs) =>
      pairs.map(({ key, value }) => ({
        request: {
          method: 'PUT',
          path: `${root}/secrets/${encodeURIComponent(set)}`,
          body: {
            name: set,
            isImagePullSecret: false,
            secretKey: key,
            secretValue: value.reveal(),
            region,
          },
        },
        keys: [key],
      })),
    agentUpdate: (agent, fields) => ({
      method: 'PUT',
      path: `${root}/services`,
      body: { serviceName: agent, ...fields },
    }),
    listsAgentProfiles: true,
  };
}
