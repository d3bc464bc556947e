import type { SecretSetKind } from '../pipecat/answers.js';

/** What the kinds of secret set are called. */
export const secretSetKinds = {
  secret: 'secret set',
  imagePullSecret: 'image pull secret',
} as const satisfies Record<SecretSetKind, string>;

/** What a step is at: a secret set or an agent, by name, or a build, by its Dockerfile. */
export interface Subject {
  readonly kind: (typeof secretSetKinds)[SecretSetKind] | 'agent' | 'build';
  readonly name: string;
  readonly region: string;
}

/** A set, as errors and logs name it. */
export function secretSetSubject(set: {
  readonly name: string;
  readonly kind: SecretSetKind;
  readonly region: string;
}): Subject {
  return { kind: secretSetKinds[set.kind], name: set.name, region: set.region };
}
