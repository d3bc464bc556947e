import { createHash } from 'node:crypto';
import { Hono } from 'hono';
import { credentials } from './credentials.js';
import { desiredDeployment } from './platform/agents.js';
import type { Platform } from './platform/platform.js';
import { organizations } from './platform/organizations.js';
import { readState } from './reading.js';
import { type RequestLog, withoutSecrets } from './requests.js';
import { fullAgent, listedSet } from './surfaces/answers.js';

/** Hashes of values, which identify them without showing them. */
const fingerprints = (values: Iterable<readonly [string, string]>) =>
  Object.fromEntries(
    [...values].map(([key, value]) => [
      key,
      `sha256:${createHash('sha256').update(value).digest('hex').slice(0, 12)}`,
    ]),
  );

function stateOf(platform: Platform) {
  const { secretSets, agents } = platform;
  const state = readState(platform);
  return {
    secretSets: secretSets.all().map((set) => ({
      organization: set.organization,
      ...listedSet(platform, set),
      values: fingerprints(set.values),
    })),
    agents: agents.all().map((agent) => {
      const serving = agents.serving(agent);
      return {
        organization: agent.organization,
        ...fullAgent(platform, agent),
        desired: {
          id: desiredDeployment(agent).id,
          secretValues: fingerprints(Object.entries(desiredDeployment(agent).secretValues)),
        },
        serving: serving && {
          id: serving.id,
          secretValues: fingerprints(Object.entries(serving.secretValues)),
        },
      };
    }),
    // Without secret values and upload forms.
    uploads: state.uploads(),
    builds: state.builds(),
    sessions: state.sessions(),
  };
}

function about(regions: readonly string[]): string {
  return `This is an emulator of Pipecat Cloud, to try workflows. It deploys nothing.

Credentials: ${Object.values(credentials).join(', ')}
Organizations: ${organizations.map(({ name }) => name).join(', ')}
Regions: ${regions.join(', ')}

GET /emulator/state     secret sets, agents, uploads, builds and sessions; values as fingerprints
GET /emulator/requests  all requests so far, without credentials and secret values
`;
}

/** Pages about the emulator itself, for people who rehearse a workflow. */
export function inspectionRoutes(platform: Platform, log: RequestLog): Hono {
  const app = new Hono();
  app.get('/', (context) => context.text(about(platform.regions.codes())));
  app.get('/emulator/state', (context) => context.json(stateOf(platform)));
  app.get('/emulator/requests', (context) =>
    context.json({ requests: log.entries.map(withoutSecrets) }),
  );
  return app;
}
