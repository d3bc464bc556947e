/** A rule of the platform for names: as a pattern, and in words. */
export interface NameRule {
  readonly pattern: RegExp;
  readonly rule: string;
}

export const secretSetName: NameRule = {
  pattern: /^(?=.{3,63}$)[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/,
  rule: '3 to 63 lower-case letters, digits, hyphens and dots, beginning and ending with a letter or digit',
};

export const secretKey: NameRule = {
  pattern: /^[a-zA-Z0-9_-]{1,64}$/,
  rule: '1 to 64 letters, digits, underscores and hyphens',
};

export const agentName: NameRule = {
  pattern: /^(?=.{2,54}$)[a-z0-9]([-a-z0-9]*[a-z0-9])$/,
  rule: '2 to 54 lower-case letters, digits and hyphens, beginning and ending with a letter or digit',
};

export const agentProfileName: NameRule = {
  pattern: /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/,
  rule: 'lower-case letters, digits and hyphens, such as agent-1x or the name of a custom profile',
};

/** The profiles that every organization has. */
export const platformAgentProfiles: readonly string[] = ['agent-1x', 'agent-2x', 'agent-3x'];

export const regionCode: NameRule = {
  pattern: /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/,
  rule: 'one or several region codes: lower-case letters, digits and hyphens, such as us-west',
};

export const buildId: NameRule = {
  pattern: /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i,
  rule: 'the UUID of a cloud build',
};

/** An image reference with a tag, a digest, or both. */
export const imageReference: NameRule = {
  pattern:
    /^(?=.{1,512}$)([a-zA-Z0-9]([-.a-zA-Z0-9]*[a-zA-Z0-9])?(:[0-9]+)?\/)?[a-z0-9]+([._-]+[a-z0-9]+)*(\/[a-z0-9]+([._-]+[a-z0-9]+)*)*(:[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}(@sha256:[0-9a-f]{64})?|@sha256:[0-9a-f]{64})$/,
  rule: 'an image with a tag or digest, such as ghcr.io/acme/agent:1.4.2 or ghcr.io/acme/agent@sha256:…',
};
