/**
 * The inputs of action.yml, in the same order, with the same defaults. Inputs that an environment variable
 * may replace have no default there, because a default would always win. An empty input also has its
 * default, because a composite action passes omitted inputs as empty strings.
 *
 * A test compares this list, action.yml and the README.
 */
export const declaredInputs = {
  'api-key': undefined,
  pat: undefined,
  organization: undefined,
  'api-url': undefined,
  'config-file': undefined,
  region: undefined,
  rollout: 'parallel',
  'secret-set': undefined,
  secrets: undefined,
  'secrets-json': undefined,
  'secrets-include': undefined,
  'secrets-env': undefined,
  'secrets-file': undefined,
  'empty-secrets': 'error',
  'prune-secrets': 'false',
  'required-secrets': undefined,
  'keep-versions': '3',
  'image-credentials': undefined,
  registry: undefined,
  'registry-username': undefined,
  'registry-password': undefined,
  'secrets-timeout': '120',
  'agent-name': undefined,
  image: undefined,
  'check-image': 'auto',
  'pin-image': 'false',
  'cloud-build': 'false',
  'build-context': undefined,
  dockerfile: undefined,
  'build-exclude': undefined,
  'build-timeout': '600',
  'build-id': undefined,
  'min-agents': undefined,
  'max-agents': undefined,
  'agent-profile': undefined,
  architecture: undefined,
  'max-session-duration': undefined,
  'krisp-viva-audio-filter': undefined,
  'websocket-auth': undefined,
  'enable-managed-keys': undefined,
  'force-redeploy': 'auto',
  'wait-for-ready': 'true',
  'failure-logs': 'auto',
  'wait-timeout': '600',
  'smoke-test': 'false',
  'public-api-key': undefined,
  'smoke-test-transport': undefined,
  'smoke-test-body': undefined,
  'smoke-test-path': undefined,
  'smoke-test-duration': '5',
  'smoke-test-timeout': '180',
  'wait-for-drain': 'false',
  'drain-timeout': '3600',
  'on-failure': 'keep',
  'dry-run': 'false',
  'pr-number': undefined,
  teardown: 'false',
  'github-token': undefined,
  environment: undefined,
  comment: 'false',
} as const satisfies Record<string, string | undefined>;

export type InputName = keyof typeof declaredInputs;

/**
 * Old names of renamed inputs, in lower case. An old name works, with a warning, until the next major version.
 * `action.yml` declares it with `deprecationMessage`.
 */
export const renamedInputs: Readonly<Record<string, InputName>> = {};

export const inputNames = Object.keys(declaredInputs) as InputName[];
