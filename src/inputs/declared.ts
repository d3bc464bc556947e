interface DeclaredInput {
  readonly default?: string;
  /** Whether it is meant to hold secrets; messages never quote its value. */
  readonly isSecret?: true;
  /** Whether it needs files of the checkout. */
  readonly needsFiles?: true;
  /** Whether a teardown depends on it. It ignores the others, so that one `with:` block serves both jobs. */
  readonly isForTeardown?: true;
}

/**
 * The inputs of action.yml, in the same order, with the same defaults. Inputs that an environment variable
 * may replace have no default there, because a default would always win. An empty input also has its
 * default, because a composite action passes omitted inputs as empty strings.
 *
 * A test compares this list, action.yml and the README.
 */
const inputs = {
  'api-key': { isSecret: true, isForTeardown: true },
  pat: { isSecret: true, isForTeardown: true },
  organization: { isForTeardown: true },
  'api-url': { isForTeardown: true },
  'config-file': { needsFiles: true, isForTeardown: true },
  region: { isForTeardown: true },
  rollout: { default: 'parallel' },
  'secret-set': { isForTeardown: true },
  secrets: { isSecret: true },
  'secrets-json': { isSecret: true },
  'secrets-include': {},
  'secrets-env': {},
  'secrets-file': { needsFiles: true },
  'empty-secrets': { default: 'error' },
  'prune-secrets': { default: 'false' },
  'required-secrets': { needsFiles: true },
  'keep-versions': { default: '3' },
  'image-credentials': { isForTeardown: true },
  registry: {},
  'registry-username': {},
  'registry-password': { isSecret: true },
  'secrets-timeout': { default: '120' },
  'agent-name': { isForTeardown: true },
  image: {},
  'check-image': { default: 'auto' },
  'pin-image': { default: 'false' },
  'cloud-build': { default: 'false', needsFiles: true },
  'build-context': {},
  dockerfile: {},
  'build-exclude': {},
  'build-timeout': { default: '600' },
  'build-id': {},
  'min-agents': {},
  'max-agents': {},
  'agent-profile': {},
  architecture: {},
  'max-session-duration': {},
  'krisp-viva-audio-filter': {},
  'websocket-auth': {},
  'enable-managed-keys': {},
  'force-redeploy': { default: 'auto' },
  'wait-for-ready': { default: 'true' },
  'failure-logs': { default: 'auto' },
  'wait-timeout': { default: '600', isForTeardown: true },
  'smoke-test': { default: 'false' },
  'public-api-key': { isSecret: true },
  'smoke-test-transport': {},
  'smoke-test-body': { isSecret: true },
  'smoke-test-path': {},
  'smoke-test-duration': { default: '5' },
  'smoke-test-timeout': { default: '180' },
  'wait-for-drain': { default: 'false' },
  'drain-timeout': { default: '3600' },
  'on-failure': { default: 'keep' },
  'dry-run': { default: 'false', isForTeardown: true },
  'pr-number': { isForTeardown: true },
  teardown: { default: 'false', isForTeardown: true },
  'github-token': { isSecret: true, isForTeardown: true },
  environment: { isForTeardown: true },
  comment: { default: 'false', isForTeardown: true },
} as const satisfies Record<string, DeclaredInput>;

export type InputName = keyof typeof inputs;

export const declaredInputs: Readonly<Record<InputName, DeclaredInput>> = inputs;

/**
 * Old names of renamed inputs, in lower case. An old name works, with a warning, until the next major version.
 * `action.yml` declares it with `deprecationMessage`.
 */
export const renamedInputs: Readonly<Record<string, InputName>> = {};

export const inputNames = Object.keys(declaredInputs) as InputName[];
