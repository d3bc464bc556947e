import { parseArgs } from 'node:util';
import { credentials } from './credentials.js';
import { defaultDelays, type LoggedRequest, startEmulator } from './index.js';
import { organizations } from './platform/organizations.js';
import { platformRegions } from './platform/regions.js';

const usage = `Pipecat Cloud on a port of this machine, to rehearse a workflow without an account.

npm run emulator -- [options]

  --port N               the port to listen at (8787)
  --secret-set-delay S   seconds until a secret set is ready (${defaultDelays.secretSetDelay / 1000})
  --deployment-delay S   seconds until a deployment is ready (${defaultDelays.deploymentDelay / 1000})
  --build-delay S        seconds that a cloud build takes (${defaultDelays.buildDelay / 1000})
  --help                 this text
`;

/** What the command line asks for; delays in milliseconds. */
interface Arguments {
  readonly help: boolean;
  readonly port: number;
  readonly secretSetDelay: number;
  readonly deploymentDelay: number;
  readonly buildDelay: number;
}

function readArguments(): Arguments {
  const { values } = parseArgs({
    options: {
      port: { type: 'string', default: '8787' },
      'secret-set-delay': { type: 'string' },
      'deployment-delay': { type: 'string' },
      'build-delay': { type: 'string' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  const port = Number(values.port);
  if (!/^\d+$/.test(values.port) || port > 65_535)
    throw new Error(`--port has to be a port, not "${values.port}".`);
  const delay = (
    option: 'secret-set-delay' | 'deployment-delay' | 'build-delay',
    otherwise: number,
  ) => {
    const text = values[option];
    if (text === undefined) return otherwise;
    if (!/^\d+(\.\d+)?$/.test(text))
      throw new Error(`--${option} has to be a number of seconds, not "${text}".`);
    return Number(text) * 1000;
  };
  return {
    help: values.help,
    port,
    secretSetDelay: delay('secret-set-delay', defaultDelays.secretSetDelay),
    deploymentDelay: delay('deployment-delay', defaultDelays.deploymentDelay),
    buildDelay: delay('build-delay', defaultDelays.buildDelay),
  };
}

/** One line about a request. The path and the status say nothing secret. */
function tell({ method, path, status, duration }: LoggedRequest): void {
  console.log(`${method} ${path} ${status ?? 'no answer'} ${Math.round(duration ?? 0)} ms`);
}

async function main(): Promise<void> {
  const { help, ...options } = readArguments();
  if (help) {
    console.log(usage);
    return;
  }
  const emulator = await startEmulator({ ...options, onAnswered: tell });
  console.log(`Pipecat Cloud, emulated, at ${emulator.url}

private API key        ${credentials.privateKey}
public API key         ${credentials.publicKey}
personal access token  ${credentials.token}
organizations          ${organizations.map(({ name }) => name).join(', ')} (the key's, and the token's first, is ${organizations[0]?.name ?? ''})
regions                ${platformRegions.map(({ code }) => code).join(', ')} (default ${platformRegions[0]?.code ?? ''})
a secret set is ready after ${options.secretSetDelay / 1000} s, a deployment after ${options.deploymentDelay / 1000} s, a build after ${options.buildDelay / 1000} s
${emulator.url}/emulator/state and /emulator/requests show what there is and what was asked

Ctrl+C ends it.
`);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      void emulator.close();
    });
  }
}

try {
  await main();
} catch (error) {
  const isTaken = error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
  console.error(error instanceof Error ? error.message : error);
  if (isTaken) console.error('Something listens there already; choose another one with --port.');
  process.exitCode = 1;
}
