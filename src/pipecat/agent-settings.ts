/** Settings that a create or an update of an agent can carry; what is left out stays as it is. */
export interface AgentSettings {
  readonly image?: string | undefined;
  readonly buildId?: string | undefined;
  readonly secretSet?: string | undefined;
  readonly imagePullSecretSet?: string | undefined;
  readonly minAgents?: number | undefined;
  readonly maxAgents?: number | undefined;
  readonly agentProfile?: string | undefined;
  readonly architecture?: 'amd64' | 'arm64' | undefined;
  /** Seconds. */
  readonly maxSessionDuration?: number | undefined;
  readonly krispVivaAudioFilter?: 'tel' | 'pro' | 'off' | undefined;
  readonly websocketAuth?: 'none' | 'token' | undefined;
  readonly managedKeys?: boolean | undefined;
  /** Kubernetes quantities; self-hosted regions only, and not together with a profile. */
  readonly resources?:
    { readonly cpu: string | undefined; readonly memory: string | undefined } | undefined;
}

/** The settings as the API's fields, without those that are not given. */
export function toFields(settings: AgentSettings): Record<string, unknown> {
  const { minAgents, maxAgents, krispVivaAudioFilter } = settings;
  const fields = {
    image: settings.image,
    buildId: settings.buildId,
    secretSet: settings.secretSet,
    imagePullSecretSet: settings.imagePullSecretSet,
    autoScaling:
      minAgents === undefined && maxAgents === undefined
        ? undefined
        : withoutUndefined({ minAgents, maxAgents }),
    agentProfile: settings.agentProfile,
    architecture: settings.architecture,
    maxSessionDuration: settings.maxSessionDuration,
    krispViva:
      krispVivaAudioFilter === undefined
        ? undefined
        : { audioFilter: krispVivaAudioFilter === 'off' ? null : krispVivaAudioFilter },
    websocketAuth: settings.websocketAuth,
    enableIntegratedKeysProxy: settings.managedKeys,
    resources: settings.resources && withoutUndefined({ ...settings.resources }),
  };
  return withoutUndefined(fields);
}

function withoutUndefined(fields: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}
