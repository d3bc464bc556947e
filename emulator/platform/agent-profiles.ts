/** A size of instances, as the API lists it. */
export interface AgentProfile {
  readonly api_name: string;
  readonly display_name: string;
  readonly resources: { readonly cpu: string; readonly memory: string };
  /** A custom profile of the organization. */
  readonly custom?: true;
  readonly enabled: boolean;
}

/** A custom profile of an organization, for tests. */
export interface SeededAgentProfile {
  readonly apiName: string;
  readonly organization?: string | undefined;
  readonly enabled?: boolean | undefined;
}

export const defaultAgentProfile = 'agent-1x';

const catalog: readonly AgentProfile[] = [
  ['agent-1x', 'Agent 1x', '500m', '1Gi'] as const,
  ['agent-2x', 'Agent 2x', '1', '2Gi'] as const,
  ['agent-3x', 'Agent 3x', '1500m', '3Gi'] as const,
].map(([api_name, display_name, cpu, memory]) => ({
  api_name,
  display_name,
  resources: { cpu, memory },
  enabled: true,
}));

/** The agent profiles of the platform and of its organizations. */
export class AgentProfiles {
  readonly #custom = new Map<string, AgentProfile[]>();

  list(organization: string): AgentProfile[] {
    return [...catalog, ...(this.#custom.get(organization) ?? [])];
  }

  /** The profile, if the organization can deploy with it. */
  find(organization: string, name: string): AgentProfile | undefined {
    return this.list(organization).find(({ api_name, enabled }) => api_name === name && enabled);
  }

  seed(organization: string, { apiName, enabled = true }: SeededAgentProfile): void {
    const profile: AgentProfile = {
      api_name: apiName,
      display_name: apiName,
      resources: { cpu: '2', memory: '4Gi' },
      custom: true,
      enabled,
    };
    this.#custom.set(organization, [...(this.#custom.get(organization) ?? []), profile]);
  }
}
