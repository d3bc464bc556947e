import { parseArgs } from 'node:util';
import { credentials } from './credentials.js';
import {
  defaultDelays,
  type Emulator,
  type EmulatorScript,
  type LoggedRequest,
  startEmulator,
} from './index.js';
import { organizations } from './platform/organizations.js';
import { platformRegions } from './platform/regions.js';

const usage = `Runs an emulator of Pipecat Cloud on this machine, so that you can try a workflow without an account.

npm run emulator -- [options]

  --port N                 port to listen on (8787)
  --secret-set-delay S     seconds until a secret set is ready (${defaultDelays.secretSetDelay / 1000})
  --deployment-delay S     seconds until a deployment is ready (${defaultDelays.deploymentDelay / 1000})
  --build-delay S          seconds until a cloud build is done (${defaultDelays.buildDelay / 1000})

To rehearse failures (you can repeat these options; '*' instead of a name means all):

  --fail-set NAME          the secret set NAME cannot be provisioned
  --crash AGENT[=N]        AGENT crashes when it starts, from deployment N on (1)
  --slow-rollout AGENT=S   deployments of AGENT are ready after S seconds
  --fail-build             every cloud build fails

  --help                   show this text
`;

/** Options of the command line; delays in milliseconds. */
interface Arguments {
  readonly help: boolean;
  readonly port: number;
  readonly secretSetDelay: number;
  readonly deploymentDelay: number;
  readonly buildDelay: number;
  readonly failures: Failures;
}

/** Failures to rehearse: names of secret sets and agents, and delays in milliseconds. */
interface Failures {
  readonly sets: readonly string[];
  readonly crashes: readonly { readonly agent: string; readonly from: number }[];
  readonly rollouts: readonly { readonly agent: string; readonly delay: number }[];
  readonly builds: boolean;
}

function readArguments(): Arguments {
  const names = { type: 'string', multiple: true } as const;
  const { values } = parseArgs({
    options: {
      port: { type: 'string', default: '8787' },
      'secret-set-delay': { type: 'string' },
      'deployment-delay': { type: 'string' },
      'build-delay': { type: 'string' },
      'fail-set': names,
      crash: names,
      'slow-rollout': names,
      'fail-build': { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  const port = Number(values.port);
  if (!/^\d+$/.test(values.port) || port > 65_535)
    throw new Error(`--port "${values.port}" is not a port number.`);
  const delay = (
    option: 'secret-set-delay' | 'deployment-delay' | 'build-delay',
    otherwise: number,
  ) => {
    const text = values[option];
    return text === undefined ? otherwise : milliseconds(option, text);
  };
  return {
    help: values.help,
    port,
    secretSetDelay: delay('secret-set-delay', defaultDelays.secretSetDelay),
    deploymentDelay: delay('deployment-delay', defaultDelays.deploymentDelay),
    buildDelay: delay('build-delay', defaultDelays.buildDelay),
    failures: {
      sets: values['fail-set'] ?? [],
      crashes: (values.crash ?? []).map((text) => {
        const [, agent, from] = /^([^=]+)(?:=([1-9]\d*))?$/.exec(text) ?? [];
        if (agent === undefined)
          throw new Error(`--crash "${text}" is not AGENT or AGENT=N, such as order-desk=2.`);
        return { agent, from: Number(from ?? 1) };
      }),
      rollouts: (values['slow-rollout'] ?? []).map((text) => {
        const [, agent, seconds] = /^([^=]+)=(.*)$/.exec(text) ?? [];
        if (agent === undefined || seconds === undefined)
          throw new Error(`--slow-rollout "${text}" is not AGENT=SECONDS.`);
        return { agent, delay: milliseconds('slow-rollout', seconds) };
      }),
      builds: values['fail-build'],
    },
  };
}

function milliseconds(option: string, seconds: string): number {
  if (!/^\d+(\.\d+)?$/.test(seconds))
    throw new Error(`--${option} "${seconds}" is not a number of seconds.`);
  return Number(seconds) * 1000;
}

/** Scripts the failures for every time, and returns one line for each. */
function scriptFailures(script: EmulatorScript, failures: Failures): string[] {
  const named = (kind: string, name: string) =>
    name === '*' ? `every ${kind}` : `${kind} ${name}`;
  for (const name of failures.sets)
    script.provisioning(name, {
      every: true,
      outcome: 'failed',
      errorMessage: 'The region is at capacity. Please try again later.',
    });
  for (const { agent, from } of failures.crashes) {
    for (let deployment = 1; deployment < from; deployment++) script.deployment(agent, {});
    script.deployment(agent, { every: true, outcome: 'crash-loop' });
  }
  for (const { agent, delay } of failures.rollouts)
    script.deployment(agent, { every: true, delay });
  if (failures.builds) script.build({ every: true, outcome: 'failed' });
  return [
    ...failures.sets.map((name) => `provisioning fails for ${named('secret set', name)}`),
    ...failures.crashes.map(
      ({ agent, from }) =>
        `${named('agent', agent)} crashes when it starts${from === 1 ? '' : `, from deployment ${from} on`}`,
    ),
    ...failures.rollouts.map(
      ({ agent, delay }) => `${named('agent', agent)} is ready ${delay / 1000} s after a deploy`,
    ),
    ...(failures.builds ? ['every cloud build fails'] : []),
  ];
}

/** Warns about names that never occurred: a failure with a misspelled name looks like a success. */
function warnAboutUnusedNames({ state }: Emulator, failures: Failures): void {
  const agents = [...failures.crashes, ...failures.rollouts].map(({ agent }) => agent);
  const unused = [
    ...failures.sets
      .filter((name) => name !== '*' && state.secretSet(name) === undefined)
      .map((name) => `secret set ${name}`),
    ...[...new Set(agents)]
      .filter((name) => name !== '*' && state.agent(name) === undefined)
      .map((name) => `agent ${name}`),
  ];
  if (unused.length > 0)
    console.log(`These failures did not occur: there is no ${unused.join(', no ')}.`);
}

/** Prints one line for each request. Paths and statuses are not secret. */
function printRequest({ method, path, status, duration }: LoggedRequest): void {
  console.log(`${method} ${path} ${status ?? 'no response'} ${Math.round(duration ?? 0)} ms`);
}

async function main(): Promise<void> {
  const { help, failures, ...options } = readArguments();
  if (help) {
    console.log(usage);
    return;
  }
  const emulator = await startEmulator({ ...options, onAnswered: printRequest });
  const scripted = scriptFailures(emulator.script, failures);
  console.log(`Emulator of Pipecat Cloud at ${emulator.url}

private API key        ${credentials.privateKey}
public API key         ${credentials.publicKey}
personal access token  ${credentials.token}
organizations          ${organizations.map(({ name }) => name).join(', ')} (the API keys belong to ${organizations[0]?.name ?? ''}; the token can access all)
regions                ${platformRegions.map(({ code }) => code).join(', ')} (default: ${platformRegions[0]?.code ?? ''})
delays                 secret set ${options.secretSetDelay / 1000} s, deployment ${options.deploymentDelay / 1000} s, build ${options.buildDelay / 1000} s
failures               ${scripted.length === 0 ? 'none' : scripted.join('; ')}

${emulator.url}/emulator/state shows secret sets, agents and builds.
${emulator.url}/emulator/requests shows the requests so far.
Press Ctrl+C to stop.
`);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      warnAboutUnusedNames(emulator, failures);
      void emulator.close();
    });
  }
}

try {
  await main();
} catch (error) {
  const isTaken = error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
  console.error(error instanceof Error ? error.message : error);
  if (isTaken) console.error('Another process uses this port. Choose another one with --port.');
  process.exitCode = 1;
}
