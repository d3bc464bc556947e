import { resolve } from 'node:path';
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
import { givenOwnSecrets, missingCredential, readAccess } from './access.js';
import { readAgent } from './agent.js';
import { isImageSource, readBuild } from './build.js';
import { readGitHub, readGitHubAccess } from './github.js';
import { readImageLookup } from './image-lookup.js';
import { misplacedParts } from './misplaced.js';
import { isTeardown, readPullRequest } from './pull-request.js';
import { Findings, type InputProblem } from './problems.js';
import { RawInputs, type Environment } from './raw-inputs.js';
import { inputReader, type InputReader } from './reader.js';
import { givenRegistrySecrets, readImagePullSecret } from './registry.js';
import { readRequiredKeys } from './required-secrets.js';
import { readSecretSet } from './secret-set.js';
import { readTeardown } from './teardown.js';
import { declaredInputs, inputNames } from './declared.js';
import { missingFile, type ReadFile } from './files.js';
import { readSecrets } from './secrets/read-secrets.js';
import { missingPublicKey } from './smoke-test.js';
import { chooseSettingsFile } from './settings-file/choose.js';

/** When tracebacks and log lines of a failed agent are shown. */
export type FailureLogs = 'auto' | 'always' | 'never';

/** The inputs of releases and teardowns. */
interface CommonInputs {
  /** Undefined in a dry run without a credential, which reads nothing from the platform. */
  readonly access: AccessSettings | undefined;
  readonly isDryRun: boolean;
  readonly github: GitHubSettings | undefined;
  /** How the repository is reached; undefined without a token. */
  readonly githubAccess: GitHubAccess | undefined;
}

/** The inputs of a release. */
export interface Inputs extends CommonInputs {
  readonly kind: 'release';
  readonly release: ReleaseSettings;
  readonly failureLogs: FailureLogs;
}

/** The inputs of a teardown. */
export interface TeardownInputs extends CommonInputs {
  readonly kind: 'teardown';
  readonly teardown: TeardownSettings;
}

/** What is known about the inputs even if they have mistakes. */
export interface InputsOutline {
  readonly isDryRun: boolean;
  readonly isTeardown: boolean;
  /** Whether an image or a build is given, so that the checkout does not matter. */
  readonly isImageGiven: boolean;
  /** Undefined if the agent is not the preview of a pull request. */
  readonly preview: Preview | undefined;
  readonly github: GitHubSettings | undefined;
}

/** What the inputs say, and what to report about them. */
export interface InputsReading extends FoundByReading {
  /** Undefined if there are problems, or in a teardown. */
  readonly inputs: Inputs | undefined;
  /** Undefined if there are problems, or in a release. */
  readonly teardown: TeardownInputs | undefined;
  readonly outline: InputsOutline;
  /** To be masked before anything else, and redacted in everything that is written. */
  readonly secrets: readonly SecretValue[];
  /** Redacts them in a text. Made once, as megabytes of secrets take a while. */
  readonly redact: Redact;
  /** Secrets that a dry run lacks. They are mistakes if the run gets the secrets of its repository. */
  readonly missing: {
    readonly credential: InputProblem | undefined;
    readonly publicKey: InputProblem | undefined;
  };
}

type FoundByReading = Readonly<Pick<Findings, 'problems' | 'warnings' | 'notices' | 'remarks'>>;

/**
 * Reads and validates all inputs together, so that one run reports every mistake that can be seen without
 * the network. Logs nothing, because secrets must be masked first.
 */
export async function readInputs(
  environment: Environment,
  readFile: ReadFile,
  isFolderEmpty: (path: string) => Promise<boolean> = () => Promise.resolve(false),
  readEvent?: () => Promise<WorkflowEvent>,
): Promise<InputsReading> {
  const findings = new Findings();
  const workspace = environment['GITHUB_WORKSPACE'] ?? '.';
  const source = {
    raw: new RawInputs(environment).checkNames(findings),
    environment,
    readFile: (path: string) => readFile(resolve(workspace, path)),
    findings,
  };
  const isTeardownAsked = isTeardown(source.raw);
  // A teardown ignores the inputs of a release, mistakes included; values in them are masked.
  const ofRelease = { findings: isTeardownAsked ? new Findings() : findings };
  const settings = await chooseSettingsFile({ ...source, ...ofRelease });
  const numbered = await readPullRequest(settings.raw, findings, readEvent);
  const common = inputReader({ ...source, ...settings, ...numbered });
  common.fields.boolean('teardown');
  const reader = isTeardownAsked ? inputReader({ ...common, ...ofRelease }) : common;
  const { raw, isDryRun, preview } = common;

  const ownSecrets = givenOwnSecrets(common);
  const access = readAccess(common);
  const teardown = readTeardown(common);
  const read = await readRelease(reader, access, ownSecrets);
  const release = isTeardownAsked ? undefined : read.release;
  const credential = missingCredential(common);
  const githubAccess = readGitHubAccess(common);
  const github = readGitHub(common, {
    access: githubAccess,
    waitsForAgent: isTeardownAsked || read.waitsForAgent,
    isOffline: credential !== undefined,
  });
  await reportEmptyWorkspace(reader, () => isFolderEmpty(workspace));
  const secrets = [...ownSecrets, ...read.secrets, ...givenRegistrySecrets(raw)];
  const isValid = findings.problems.length === 0;
  const { redact, redactFound } = redactionFor(raw, secrets, !isValid);
  const ofBoth = { access, isDryRun, github, githubAccess };
  return {
    inputs: isValid && release ? { ...ofBoth, kind: 'release', ...release } : undefined,
    teardown: isValid && teardown ? { ...ofBoth, kind: 'teardown', teardown } : undefined,
    outline: {
      isDryRun,
      isTeardown: isTeardownAsked,
      isImageGiven: isImageSource(raw, 'image') || isImageSource(raw, 'build-id'),
      preview,
      github,
    },
    secrets,
    redact,
    missing: { credential, publicKey: missingPublicKey(reader, release?.release.agent) },
    ...reported(findings, redactFound),
  };
}

/** The findings without secrets. */
function reported(
  { problems, warnings, notices, remarks }: Findings,
  redact: Redact,
): FoundByReading {
  return {
    problems: problems.map(({ input, message }) => ({
      // The name of an input is known; the place in parentheses, such as a file, may hold anything.
      input: input.replace(/\(.*\)$/s, (place) => redact(place)),
      message: redact(message),
    })),
    warnings: warnings.map((text) => redact(text)),
    notices: notices.map((text) => redact(text)),
    remarks: remarks.map((text) => redact(text)),
  };
}

/** What the inputs of a release say. */
interface ReleaseReading {
  /** Undefined if a mistake makes it unknown. */
  readonly release: Pick<Inputs, 'release' | 'failureLogs'> | undefined;
  /** Whether the run waits for the agent, or has none. */
  readonly waitsForAgent: boolean;
  readonly secrets: readonly SecretValue[];
}

async function readRelease(
  reader: InputReader,
  access: AccessSettings | undefined,
  ownSecrets: readonly SecretValue[],
): Promise<ReleaseReading> {
  const { raw, fields, findings } = reader;
  const rollout = fields.choice('rollout', ['parallel', 'sequential']);
  const secrets = await readSecrets(reader, ownSecrets);
  const requiredKeys = await readRequiredKeys(reader);
  const imagePullSecret = readImagePullSecret(reader);
  const secretsTimeout = fields.timeout('secrets-timeout');
  const build = readBuild(reader);
  const agent = readAgent(reader);
  const imageLookup = readImageLookup(reader, agent);
  const waitsForAgent = agent?.waitForReady !== false;
  const secretSet = readSecretSet(reader, {
    secrets,
    requiredKeys,
    credential: access?.credential,
    imagePullSecret: imagePullSecret?.name,
    waitsForAgent,
  });
  const failureLogs = fields.choice('failure-logs', ['auto', 'always', 'never']);
  if (!raw.isGiven('agent-name') && !raw.isGiven('secret-set') && !raw.isGiven('registry')) {
    findings.problem(
      'agent-name',
      'is not set, and neither is `secret-set` nor `registry`, so there is nothing to release',
    );
  }
  return {
    release: rollout &&
      failureLogs && {
        failureLogs,
        release: {
          regions: fields.regions,
          rollout,
          secretSet,
          imagePullSecret,
          secretsTimeout,
          agent,
          build,
          imageLookup,
        },
      },
    waitsForAgent,
    secrets: secrets.values,
  };
}

/** Redacts values in all texts, and in findings also parts of values that are in the wrong input. */
function redactionFor(
  raw: RawInputs,
  values: readonly SecretValue[],
  hasProblems: boolean,
): { readonly redact: Redact; readonly redactFound: Redact } {
  const redact = redactor(values);
  const parts = misplacedParts(raw, values);
  if (!hasProblems && parts.length === 0) return { redact, redactFound: redact };
  // A suggestion may repeat a value in lower case.
  const lowered = [...values, ...parts]
    .filter((value) => value.reveal() !== value.reveal().toLowerCase())
    .map((value) => new SecretValue(value.reveal().toLowerCase()));
  return { redact, redactFound: redactor([...values, ...parts, ...lowered]) };
}

/** Reports a missing checkout once, in place of each missing file. */
async function reportEmptyWorkspace(
  { raw, findings }: InputReader,
  isWorkspaceEmpty: () => Promise<boolean>,
): Promise<void> {
  const isMissing = ({ message }: InputProblem): boolean =>
    message.endsWith(`cannot be read (${missingFile})`);
  const first = findings.problems.find(isMissing);
  const needsFiles = first !== undefined || isImageSource(raw, 'cloud-build');
  if (!needsFiles || !(await isWorkspaceEmpty())) return;
  const others = findings.problems.filter((problem) => !isMissing(problem));
  const input = inputNames.find(
    (name) => declaredInputs[name].needsFiles && raw.isInput(name) && raw.text(name) !== 'false',
  );
  findings.problems.splice(0, Infinity, ...others);
  findings.problem(
    input ?? 'config-file',
    'needs files of the repository, but the workspace is empty; add `actions/checkout` as a step before this one',
  );
}
