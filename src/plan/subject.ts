import type { SecretSetKind } from '../pipecat/answers.js';

/** The names of the kinds of secret set. */
export const secretSetKinds = {
  secret: 'secret set',
  imagePullSecret: 'image pull secret',
} as const satisfies Record<SecretSetKind, string>;

/** What a step works on: a secret set or an agent, by name, or a build, by its Dockerfile. */
export interface Subject {
  readonly kind: (typeof secretSetKinds)[SecretSetKind] | 'agent' | 'build';
  readonly name: string;
  readonly region: string;
}

/** The subject of a set, for errors and logs. */
export function secretSetSubject(set: {
  readonly name: string;
  readonly kind: SecretSetKind;
  readonly region: string;
}): Subject {
  return { kind: secretSetKinds[set.kind], name: set.name, region: set.region };
}
