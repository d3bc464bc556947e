import type { WorkflowEvent } from '../github/event.js';
import type { GitHubAccess, GitHubSettings } from '../github/settings.js';
import type {
  AccessSettings,
  Preview,
  ReleaseSettings,
  TeardownSettings,
} from '../plan/settings.js';
import { redactor, type Redact } from '../secrecy/redactor.js';
import { SecretValue } from '../secrecy/secret-value.js';
import { givenCredentials, readAccess } from './access.js';
import { readAgent } from './agent.js';
import { isImageSource, readBuild } from './build.js';
import { givenGitHubToken, readGitHub, readGitHubAccess } from './github.js';
import { readImageLookup } from './image-lookup.js';
import { misplacedParts } from './misplaced.js';
import { isTeardown, readPullRequest } from './pull-request.js';
import { Findings, type InputProblem } from './problems.js';
import { RawInputs, type Environment } from './raw-inputs.js';
import { InputReader } from './reader.js';
import { givenRegistrySecrets, readImagePullSecret } from './registry.js';
import { readRequiredKeys } from './required-secrets.js';
import { readSecretSet } from './secret-set.js';
import { readTeardown } from './teardown.js';
import type { InputName } from './declared.js';
import { missingFile, type ReadFile } from './files.js';
import { readSecrets } from './secrets/read-secrets.js';
import { givenPublicKey, lacksPublicKey } from './smoke-test.js';
import { chooseSettingsFile } from './settings-file/choose.js';

/** When tracebacks and log lines of a failed agent are shown. */
export type FailureLogs = 'auto' | 'always' | 'never';

/** What the inputs ask for, whatever the run is for. */
interface CommonInputs {
  /** Undefined in a dry run without a credential, which can look at nothing. */
  readonly access: AccessSettings | undefined;
  readonly isDryRun: boolean;
  readonly github: GitHubSettings | undefined;
  /** How the repository is reached; undefined without a token. */
  readonly githubAccess: GitHubAccess | undefined;
}

/** What the inputs ask for in a release. */
export interface Inputs extends CommonInputs {
  readonly kind: 'release';
  readonly release: ReleaseSettings;
  readonly failureLogs: FailureLogs;
}

/** What the inputs ask for when a preview ends. */
export interface TeardownInputs extends CommonInputs {
  readonly kind: 'teardown';
  readonly teardown: TeardownSettings;
}

/** What is known of the inputs even if they have mistakes. */
export interface InputsOutline {
  readonly isDryRun: boolean;
  readonly isTeardown: boolean;
  /** Whether an image or a build is given, so that the checkout does not matter. */
  readonly isImageGiven: boolean;
  /** Undefined if the agent is not the preview of a pull request. */
  readonly preview: Preview | undefined;
  readonly github: GitHubSettings | undefined;
}

/** What the inputs say, and what is to be said about them. */
export interface InputsReading {
  /** Undefined if there are problems, or if a preview is to be torn down. */
  readonly inputs: Inputs | undefined;
  /** Undefined if there are problems, or if something is to be released. */
  readonly teardown: TeardownInputs | undefined;
  readonly outline: InputsOutline;
  /** To be masked before anything else is done, and kept out of everything that is written. */
  readonly secrets: readonly SecretValue[];
  /** Takes them out of a text. Made once, as that takes a while where there are megabytes of them. */
  readonly redact: Redact;
  readonly problems: readonly InputProblem[];
  /** Whether it is a dry run without a credential, which only some events explain. */
  readonly lacksCredential: boolean;
  /** The same for the public key of a smoke test. */
  readonly lacksPublicKey: boolean;
  readonly warnings: readonly string[];
  readonly notices: readonly string[];
  readonly remarks: readonly string[];
}

/**
 * Reads all inputs, once, and validates them together: every mistake that can be seen without the
 * network is found in one go. Nothing is logged here; what was found has to be masked first.
 */
export async function readInputs(
  environment: Environment,
  readFile: ReadFile,
  isFolderEmpty: (path: string) => Promise<boolean> = () => Promise.resolve(false),
  readEvent?: () => Promise<WorkflowEvent>,
): Promise<InputsReading> {
  const findings = new Findings();
  const given = new RawInputs(environment);
  given.checkNames(findings);
  const workspace = environment['GITHUB_WORKSPACE'] ?? '.';
  const source = { raw: given, environment, workspace, readFile, findings };
  const isTeardownAsked = isTeardown(given);
  // A teardown ignores the inputs of a release, and so their mistakes; values in them are masked.
  const findingsOfRelease = isTeardownAsked ? new Findings() : findings;
  const { raw: unnumbered, file } = await chooseSettingsFile({
    ...source,
    findings: findingsOfRelease,
  });
  const { raw, preview } = await readPullRequest(unnumbered, findings, readEvent);
  const common = new InputReader({ ...source, raw }, file);
  common.fields.boolean('teardown');
  const reader = isTeardownAsked
    ? new InputReader({ ...source, raw, findings: findingsOfRelease }, file)
    : common;
  const { isDryRun } = reader;

  const credentials = givenCredentials(raw, environment);
  const githubToken = givenGitHubToken(raw);
  const publicKey = givenPublicKey(raw);
  const access = readAccess(common);
  const teardown = isTeardownAsked
    ? readTeardown(common, { templates: unnumbered, preview })
    : undefined;
  const read = await readRelease(reader, {
    preview,
    access,
    ownSecrets: [...credentials, ...githubToken, ...publicKey],
  });
  const isOffline = isDryRun && credentials.length === 0;
  const github = readGitHub(common, {
    waitsForAgent: read.waitsForAgent || isTeardownAsked,
    isOffline,
  });
  await reportEmptyWorkspace(reader, isFolderEmpty);
  const values = [
    ...credentials,
    ...githubToken,
    ...read.secrets,
    ...givenRegistrySecrets(raw),
    ...publicKey,
  ];
  const { redact, redactFound } = redactionFor(raw, values, findings.problems.length > 0);
  const isComplete = findings.problems.length === 0 && (access !== undefined || isDryRun);
  const ofBoth = { access, isDryRun, github, githubAccess: readGitHubAccess(common) };
  const { release, failureLogs } = read;
  return {
    teardown:
      isComplete && teardown !== undefined ? { ...ofBoth, kind: 'teardown', teardown } : undefined,
    inputs:
      isComplete && !isTeardownAsked && failureLogs !== undefined && release !== undefined
        ? { ...ofBoth, kind: 'release', release, failureLogs }
        : undefined,
    outline: {
      isDryRun,
      isTeardown: isTeardownAsked,
      isImageGiven: (['image', 'build-id'] as const).some((input) => isImageSource(raw, input)),
      preview,
      github,
    },
    secrets: values,
    redact,
    lacksCredential: isOffline,
    lacksPublicKey: isDryRun && !isTeardownAsked && lacksPublicKey(raw, release?.agent?.smokeTest),
    problems: findings.problems.map(({ input, message }) => ({
      // Its name is known; where it stands, such as in a file, is not.
      input: input.replace(/\(.*\)$/s, (place) => redactFound(place)),
      message: redactFound(message),
    })),
    warnings: findings.warnings.map((text) => redactFound(text)),
    notices: findings.notices.map((text) => redactFound(text)),
    remarks: findings.remarks.map((text) => redactFound(text)),
  };
}

/** What the inputs of a release depend on besides themselves. */
interface ReleaseContext {
  readonly preview: Preview | undefined;
  readonly access: AccessSettings | undefined;
  /** Secrets of the action itself, which no set holds. */
  readonly ownSecrets: readonly SecretValue[];
}

/** What the inputs of a release say. */
interface ReleaseReading {
  /** Undefined if there is a mistake without which nothing else can be said. */
  readonly release: ReleaseSettings | undefined;
  readonly failureLogs: FailureLogs | undefined;
  /** Whether the release waits for its agent, or has none. */
  readonly waitsForAgent: boolean;
  /** The values of its secrets. */
  readonly secrets: readonly SecretValue[];
}

async function readRelease(
  reader: InputReader,
  { preview, access, ownSecrets }: ReleaseContext,
): Promise<ReleaseReading> {
  const { raw, fields, regions, findings } = reader;
  const rollout = fields.choice('rollout', ['parallel', 'sequential']);
  const secrets = await readSecrets(reader, ownSecrets);
  const requiredKeys = await readRequiredKeys(reader);
  const imagePullSecret = readImagePullSecret(reader);
  const secretsTimeout = fields.timeout('secrets-timeout');
  const build = readBuild(reader);
  const agent = readAgent(reader, preview);
  const imageLookup = readImageLookup(reader, agent);
  const waitsForAgent = agent?.waitForReady !== false;
  const secretSet = readSecretSet(reader, {
    secrets,
    requiredKeys,
    credential: access?.credential,
    imagePullSecret: imagePullSecret?.name,
    waitsForAgent: waitsForAgent,
  });
  const failureLogs = fields.choice('failure-logs', ['auto', 'always', 'never']);
  if (!raw.isGiven('agent-name') && !raw.isGiven('secret-set') && !raw.isGiven('registry')) {
    findings.problem(
      'agent-name',
      'is not given, and neither is `secret-set` nor `registry`: there is nothing to release',
    );
  }
  return {
    release: rollout && {
      regions: regions.regions,
      rollout,
      secretSet,
      imagePullSecret,
      secretsTimeout,
      agent,
      build,
      imageLookup,
    },
    failureLogs,
    waitsForAgent,
    secrets: secrets.values,
  };
}

/** Takes values out of texts; of what was found in inputs, also parts of values that are misplaced. */
function redactionFor(
  raw: RawInputs,
  values: readonly SecretValue[],
  hasProblems: boolean,
): { readonly redact: Redact; readonly redactFound: Redact } {
  const redact = redactor(values);
  // A value may stand in an input where it does not belong, and in what is said of that.
  const parts = misplacedParts(raw, values);
  if (!hasProblems && parts.length === 0) return { redact, redactFound: redact };
  // A suggestion may spell what was found in lower case.
  const lowered = [...values, ...parts]
    .filter((value) => value.reveal() !== value.reveal().toLowerCase())
    .map((value) => new SecretValue(value.reveal().toLowerCase()));
  return { redact, redactFound: redactor([...values, ...parts, ...lowered]) };
}

/** Inputs that name files of the checkout. */
const fileInputs: readonly InputName[] = [
  'config-file',
  'secrets-file',
  'required-secrets',
  'cloud-build',
];

/** Says once that a checkout is missing, in place of a complaint about each file. */
async function reportEmptyWorkspace(
  { raw, workspace, findings }: InputReader,
  isFolderEmpty: (path: string) => Promise<boolean>,
): Promise<void> {
  const isMissing = ({ message }: InputProblem): boolean =>
    message.endsWith(`cannot be read (${missingFile})`);
  const first = findings.problems.find(isMissing);
  const needsFiles = first !== undefined || isImageSource(raw, 'cloud-build');
  if (!needsFiles || !(await isFolderEmpty(workspace))) return;
  const others = findings.problems.filter((problem) => !isMissing(problem));
  const inputs = fileInputs.filter((input) => raw.isInput(input) && raw.text(input) !== 'false');
  findings.problems.splice(0, Infinity, ...others);
  findings.problem(
    inputs[0] ?? 'config-file',
    `needs files of the repository, but the workspace is empty. Add \`actions/checkout\` as a step before this one`,
  );
}
