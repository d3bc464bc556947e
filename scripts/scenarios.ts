import { type Emulator, platformRegions } from '../emulator/index.js';
import type { ActionRunOptions } from './runner.js';

/** The inputs and the checkout of a run. */
export type Scenario = Pick<ActionRunOptions, 'inputs' | 'environment' | 'files' | 'onStarted'>;

export const agent = 'order-desk';
export const secretSet = 'order-desk-secrets';
export const rotatedKey = 'OPENAI_API_KEY';

export const regions = platformRegions.map(({ code }) => code);
export const agentIn = (region: string): string => `${agent}-${region}`;
export const secretSetIn = (region: string): string => `${agent}-${region}-keys`;
export const regionWithoutRoom = 'eu-central';
export const regionThatCrashes = 'ap-south';
/** The first region. If it fails, the others are not deployed. */
export const canaryRegion = 'us-west';
/** The name of a versioned set. */
export const versionedSecretSet = /^order-desk-[0-9a-f]{8}$/;
export const builtAgent = 'support-desk';
export const builtAgentSecretSet = 'support-desk-secrets';
export const largerProfile = 'agent-2x';

/** Values that nobody can mistake for real ones. */
const apiKeys = {
  OPENAI_API_KEY: 'fake-openai-key-before-the-rotation',
  DEEPGRAM_API_KEY: 'fake-deepgram-key',
  CARTESIA_API_KEY: 'fake-cartesia-key',
} as const;
const serviceAccount = `{
  "type": "fake_service_account",
  "private_key": "fake-private-key-of-several-lines"
}`;
export const rotatedValue = 'fake-openai-key-after-the-rotation';

const keyOfDeveloper = 'fake-openai-key-of-a-developer';

/** All secret values in the scenarios. None of them may appear anywhere. */
export const secretValues: readonly string[] = [
  ...Object.values(apiKeys),
  'fake-private-key-of-several-lines',
  rotatedValue,
  keyOfDeveloper,
];

const withKey = ({ url, credentials }: Emulator) => ({
  'api-url': url,
  'api-key': credentials.privateKey,
});

/** The first release of an agent, with its secrets. */
export const firstRelease = (emulator: Emulator): Scenario => ({
  inputs: {
    ...withKey(emulator),
    region: 'us-west',
    'secret-set': secretSet,
    'secrets-env': Object.keys(apiKeys).join('\n'),
    secrets: `GOOGLE_CREDENTIALS<<END\n${serviceAccount}\nEND\n`,
    'agent-name': agent,
    image: 'ghcr.io/acme/order-desk:1.0.0',
    'min-agents': '1',
  },
  environment: apiKeys,
});

/** One key gets a new value. The agent gets it only with a new deployment. */
export const rotation = ({ url, credentials }: Emulator): Scenario => ({
  inputs: {
    'api-url': url,
    pat: credentials.token,
    organization: 'acme',
    'secret-set': secretSet,
    'secrets-env': rotatedKey,
    'agent-name': agent,
  },
  environment: { [rotatedKey]: rotatedValue },
});

/** The same rotation, cancelled as soon as the set is written. */
export const cancelledRotation = (emulator: Emulator): Scenario => {
  let send: (signal: 'SIGINT') => void = () => undefined;
  emulator.script.after({ method: 'PUT' }, () => {
    send('SIGINT');
  });
  return {
    ...rotation(emulator),
    onStarted: (sender) => {
      send = sender;
    },
  };
};

const traceback = `Traceback (most recent call last):
  File "/app/bot.py", line 41, in bot
    menu = load_menu(os.environ["MENU_URL"])
  File "<frozen os>", line 714, in __getitem__
KeyError: 'MENU_URL'`;

const crash = {
  outcome: 'crash-loop',
  health: { message: traceback },
  logs: ['INFO:     Starting order-desk 1.1.0', ...traceback.split('\n')],
} as const;

/** A release of an image that crashes when it starts. */
export const crashingRelease = (emulator: Emulator): Scenario => {
  emulator.script.deployment(agent, crash);
  return {
    inputs: {
      ...withKey(emulator),
      'agent-name': agent,
      image: 'ghcr.io/acme/order-desk:1.1.0',
      'failure-logs': 'always',
    },
  };
};

/** Several mistakes in one workflow file. */
export const invalidRelease = (emulator: Emulator): Scenario => ({
  inputs: {
    ...withKey(emulator),
    'secret-set': 'Order_Desk_Secrets',
    secrets: '-----BEGIN PRIVATE KEY-----',
    'registry-password': 'fake-registry-password',
    'agent-name': agent,
    image: 'ghcr.io/acme/order-desk',
    'min-agent': '1',
    'max-agents': 'a few',
    'wait-timeout': 'soon',
  },
});

const rotatedKeys = { ...apiKeys, [rotatedKey]: rotatedValue };

/** The same agent in every region, each with a separate set. */
const toRegions = (emulator: Emulator) => ({
  ...withKey(emulator),
  region: regions.join('\n'),
  'secret-set': secretSetIn('{region}'),
  'secrets-env': Object.keys(apiKeys).join('\n'),
  'agent-name': agentIn('{region}'),
});

/** The first release to all regions. Only one region keeps an instance warm. */
export const regionalRelease = (emulator: Emulator): Scenario => ({
  inputs: {
    ...toRegions(emulator),
    image: 'ghcr.io/acme/order-desk:1.0.0',
    'min-agents': 'us-west: 1\n*: 0',
  },
  environment: apiKeys,
});

/** A release to two regions, in which instances are kept warm. */
export const twoRegionalRelease = (emulator: Emulator): Scenario => ({
  inputs: {
    ...toRegions(emulator),
    region: 'us-west\neu-central',
    image: 'ghcr.io/acme/order-desk:1.4.1',
    'min-agents': '1',
  },
  environment: apiKeys,
});

/** A new image and a new key for the same regions, from a commit on GitHub. */
export const regionalUpdate = (emulator: Emulator): Scenario => {
  const { inputs } = twoRegionalRelease(emulator);
  return {
    inputs: {
      ...inputs,
      image: 'ghcr.io/acme/order-desk:1.4.2',
      'secrets-env': rotatedKey,
    },
    environment: {
      [rotatedKey]: rotatedValue,
      GITHUB_SERVER_URL: 'https://github.com',
      GITHUB_REPOSITORY: 'acme/order-desk',
      GITHUB_SHA: 'a1b2c3d4e5f60718293a4b5c6d7e8f9012345678',
      GITHUB_RUN_ID: '4711',
    },
  };
};

const nextRegionalRelease = (emulator: Emulator): Scenario => ({
  inputs: {
    ...toRegions(emulator),
    image: 'ghcr.io/acme/order-desk:1.1.0',
    rollout: 'parallel',
    'failure-logs': 'always',
  },
  environment: rotatedKeys,
});

/** In one region, the set cannot be provisioned. */
export const unprovisionedRegion = (emulator: Emulator): Scenario => {
  emulator.script.provisioning(secretSetIn(regionWithoutRoom), {
    outcome: 'failed',
    errorMessage: 'The region is at capacity. Please try again later.',
  });
  return nextRegionalRelease(emulator);
};

/** The same release again. Every set is ready, but the agent crashes in one region. */
export const crashingRegion = (emulator: Emulator): Scenario => {
  emulator.script.deployment(agentIn(regionThatCrashes), crash);
  return nextRegionalRelease(emulator);
};

/** A versioned set. If the values change, the release creates another set. */
export const versionedRelease = (emulator: Emulator): Scenario => ({
  inputs: {
    ...withKey(emulator),
    region: 'us-west',
    'secret-set': `${agent}-{version}`,
    'secrets-env': Object.keys(apiKeys).join('\n'),
    'agent-name': agent,
    image: 'ghcr.io/acme/order-desk:1.2.0',
  },
  environment: rotatedKeys,
});

/** The repository of an agent. */
const repository: Readonly<Record<string, string>> = {
  '.dockerignore': 'tests\n*.md\n!README.md\n!.env.example\n',
  '.env': `OPENAI_API_KEY=${keyOfDeveloper}\n`,
  '.env.example': Object.keys(apiKeys)
    .map((key) => `${key}=\n`)
    .join(''),
  'CONTRIBUTING.md': '# How to change the agent\n',
  Dockerfile: `FROM dailyco/pipecat-base:latest
COPY pyproject.toml uv.lock ./
RUN uv sync --locked
COPY bot.py ./
`,
  'README.md': '# Support desk\n',
  'bot.py': `from pipecat.pipeline.runner import PipelineRunner


async def bot(arguments):
    await PipelineRunner().run(support_desk(arguments))
`,
  'pyproject.toml': `[project]
name = "support-desk"
version = "1.0.0"
readme = "README.md"
dependencies = ["pipecat-ai[openai,deepgram,cartesia]"]
`,
  'tests/test_bot.py': 'from bot import bot\n',
  'uv.lock': 'version = 1\n',
};

/** The files of the repository that are packed. */
export const builtFiles: readonly string[] = [
  '.dockerignore',
  '.env.example',
  'Dockerfile',
  'README.md',
  'bot.py',
  'pyproject.toml',
  'uv.lock',
];

/** The first release with a cloud build of the checkout. */
export const builtRelease = (emulator: Emulator): Scenario => ({
  inputs: {
    ...withKey(emulator),
    region: 'us-west',
    'secret-set': builtAgentSecretSet,
    'secrets-env': Object.keys(apiKeys).join('\n'),
    'agent-name': builtAgent,
    'cloud-build': 'true',
  },
  environment: rotatedKeys,
  files: repository,
});

const nextBuiltRelease = (emulator: Emulator) => ({
  ...withKey(emulator),
  'agent-name': builtAgent,
  'cloud-build': 'true',
  'agent-profile': largerProfile,
});

/** The same files with another setting. */
export const rebuiltRelease = (emulator: Emulator): Scenario => ({
  inputs: nextBuiltRelease(emulator),
  files: repository,
});

/** Somebody adds a library without updating the lock file, so the build fails. */
export const unlockedRelease = (emulator: Emulator): Scenario => {
  emulator.script.build({ outcome: 'failed' });
  return {
    inputs: nextBuiltRelease(emulator),
    files: {
      ...repository,
      'pyproject.toml': `${repository['pyproject.toml'] ?? ''}optional-dependencies.phone = ["twilio"]\n`,
    },
  };
};

/** A plan for the next release to all regions. */
export const plannedRelease = (emulator: Emulator): Scenario => ({
  inputs: {
    ...toRegions(emulator),
    image: 'ghcr.io/acme/order-desk:1.2.0',
    'dry-run': 'true',
  },
  environment: rotatedKeys,
});

export const preview = 'order-desk-pr-7';

/** The teardown of a preview with running sessions, and with a pull secret that another agent uses. */
export const endedPreview = (emulator: Emulator): Scenario => {
  const { seed } = emulator;
  seed.secretSet({ name: `${preview}-secrets`, values: { ...apiKeys } });
  seed.imagePullSecret({ name: `${preview}-registry` });
  seed.agent({
    name: preview,
    secretSet: `${preview}-secrets`,
    imagePullSecretSet: `${preview}-registry`,
  });
  seed.agent({ name: 'order-desk-copy', imagePullSecretSet: `${preview}-registry` });
  seed.session({ agent: preview });
  seed.session({ agent: preview });
  return {
    inputs: {
      ...withKey(emulator),
      region: 'us-west',
      teardown: 'true',
      'pr-number': '7',
      'agent-name': 'order-desk-pr-{pr}',
      'secret-set': 'order-desk-pr-{pr}-secrets',
      'image-credentials': 'order-desk-pr-{pr}-registry',
      image: 'ghcr.io/acme/order-desk:1.2.0',
    },
  };
};

/** A smoke test whose session must run for two seconds. */
const smokeTest = ({ credentials }: Emulator) => ({
  'smoke-test': 'true',
  'public-api-key': credentials.publicKey,
  'smoke-test-transport': 'daily',
  'smoke-test-duration': '2',
});

const crashAtFirstSession = {
  startDelay: 500,
  endsAfter: 1500,
  completionStatus: 'HTTP_ERROR',
  logs: ['INFO:     Starting the pipeline', ...traceback.split('\n')],
} as const;

/** A release of an image that becomes ready, crashes at its first session, and is rolled back. */
export const crashingBot = (emulator: Emulator): Scenario => {
  emulator.script.session(agent, crashAtFirstSession);
  return {
    inputs: {
      ...withKey(emulator),
      ...smokeTest(emulator),
      'agent-name': agent,
      image: 'ghcr.io/acme/order-desk:1.3.0',
      'failure-logs': 'always',
      'on-failure': 'rollback',
    },
  };
};

/** The same image in every region, one after the other. It fails in the first region. */
export const canaryRelease = (emulator: Emulator): Scenario => {
  emulator.script.session(agentIn(canaryRegion), crashAtFirstSession);
  return {
    inputs: {
      ...withKey(emulator),
      ...smokeTest(emulator),
      region: regions.join('\n'),
      rollout: 'sequential',
      'agent-name': agentIn('{region}'),
      image: 'ghcr.io/acme/order-desk:1.3.0',
      'failure-logs': 'always',
    },
  };
};

/** A rotation that waits for a session on the old deployment. */
export const drainedRotation = (emulator: Emulator): Scenario => {
  emulator.seed.session({ agent, endsAfter: 12_000 });
  const { inputs, ...rest } = rotation(emulator);
  return { ...rest, inputs: { ...inputs, 'wait-for-drain': 'true', 'drain-timeout': '60' } };
};
