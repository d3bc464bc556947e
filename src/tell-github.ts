import { createHash } from 'node:crypto';
import { AgentDeployments } from './github/agent-deployments.js';
import type { Repository } from './github/repository.js';
import type { GitHubSettings } from './inputs/github.js';
import { nameInRegion } from './release/name-template.js';
import type { Journal } from './release/journal.js';
import { untold } from './report/github.js';
import type { Clock } from './time/clock.js';
import { version } from './version.js';

/** Loads what talks to GitHub, and connects: on use only. */
async function connect(
  { token, apiUrl, owner, repository }: GitHubSettings,
  clock: Clock,
): Promise<Repository> {
  const { connectRepository } = await import('./github/repository.js');
  const userAgent = `pipecat-cloud-release/${version}`;
  return connectRepository({ token, apiUrl, owner, repository, userAgent, clock });
}

/** The GitHub deployments of a release; undefined where none are asked for. */
export function agentDeployments(
  settings: GitHubSettings | undefined,
  journal: Journal,
): AgentDeployments | undefined {
  const { environment } = settings ?? {};
  if (settings === undefined || environment === undefined) return undefined;
  const told = new Set<string>();
  return new AgentDeployments({
    connect: () => connect(settings, journal.clock),
    commit: settings.commit,
    environmentIn: (region) => nameInRegion(environment, region),
    logUrl: settings.runUrl,
    onFailure: (error) => {
      // The same for every region is one thing to look at.
      const warning = untold('GitHub deployments are not complete', error);
      if (!told.has(warning)) journal.warning(warning);
      told.add(warning);
    },
  });
}

/** Keeps a plan in the comment of its pull request, which the marker tells from others. */
export async function keepComment(
  settings: GitHubSettings,
  journal: Journal,
  pullRequest: number,
  body: string,
): Promise<void> {
  const key = createHash('sha256').update(settings.commentKey).digest('hex').slice(0, 16);
  const marker = `<!-- pipecat-cloud-release: plan ${key} -->`;
  let repository: Repository | undefined;
  try {
    repository = await connect(settings, journal.clock);
    const outcome = await repository.keepComment(pullRequest, marker, body);
    journal.log.info(`The plan's comment on the pull request is ${outcome}.`);
  } catch (error) {
    journal.warning(untold('The plan is not in a comment', error));
  } finally {
    repository?.close();
  }
}
