import { nameInRegion, regionPlaceholder } from '../plan/name-template.js';
import type { GitHubAccess, GitHubSettings } from '../github/settings.js';
import { SecretValue } from '../secrecy/secret-value.js';
import { shown } from './problems.js';
import { variableOf } from './raw-inputs.js';
import type { InputReader } from './reader.js';

/** Reads how to reach the repository. Undefined without a token. */
export function readGitHubAccess({ raw, environment }: InputReader): GitHubAccess | undefined {
  const token = raw.text('github-token');
  if (token === undefined) return undefined;
  const [owner = '', repository = ''] =
    variableOf(environment, 'GITHUB_REPOSITORY')?.split('/') ?? [];
  const apiUrl = variableOf(environment, 'GITHUB_API_URL') ?? 'https://api.github.com';
  return { token: new SecretValue(token), apiUrl: apiUrl.replace(/\/+$/, ''), owner, repository };
}

/** What the run is, as far as it decides what is reported to GitHub. */
export interface GitHubContext {
  /** How the repository is reached; undefined without a token. */
  readonly access: GitHubAccess | undefined;
  readonly waitsForAgent: boolean;
  /** Whether there is no credential of the platform. */
  readonly isOffline: boolean;
}

/** Reads what to report to GitHub. Undefined if nothing. */
export function readGitHub(
  reader: InputReader,
  { access, waitsForAgent, isOffline }: GitHubContext,
): GitHubSettings | undefined {
  const { raw, fields, environment, findings } = reader;
  const comments = fields.boolean('comment') ?? false;
  const name = readEnvironmentName(reader, waitsForAgent);
  if (access === undefined) {
    // Forks and Dependabot get no secrets, and need no token for an offline check.
    if (isOffline) return undefined;
    const needs = (permission: string): string =>
      `needs \`github-token\`; set it to the expression \`github.token\` in a job with the permission \`${permission}\``;
    if (name !== undefined) findings.problem('environment', needs('deployments: write'));
    if (comments) findings.problem('comment', needs('pull-requests: write'));
    return undefined;
  }
  if (name === undefined && !comments) return undefined;
  const textOf = (key: string): string => variableOf(environment, key) ?? '';
  const server = textOf('GITHUB_SERVER_URL') || 'https://github.com';
  const runId = textOf('GITHUB_RUN_ID');
  return {
    ...access,
    runUrl: `${server}/${access.owner}/${access.repository}/actions/runs/${runId}`,
    environment: name,
    comments,
    commentKey: [
      raw.text('organization') ?? textOf('PIPECAT_ORG'),
      raw.text('api-url') ?? textOf('PIPECAT_API_HOST'),
      raw.text('environment') ?? '',
      ...subjectsOf(reader),
    ].join('\n'),
    commentOrigin: ['GITHUB_WORKFLOW', 'GITHUB_JOB', 'GITHUB_ACTION'].map(textOf).join('\n'),
    runId,
  };
}

/**
 * What the plan is for, by region: the agent, or the secret sets if there is no agent. From the texts of
 * the inputs, so that mistakes in other inputs do not change it.
 */
function subjectsOf({ raw, fields: { regions } }: InputReader): string[] {
  const agent = raw.text('agent-name');
  const names = agent === undefined ? [raw.text('secret-set'), raw.text('registry')] : [agent];
  const given = names.filter((name) => name !== undefined);
  if (regions.length === 0) return given;
  return regions
    .flatMap((region) => given.map((name) => `${nameInRegion(name, region)} in ${region}`))
    .toSorted();
}

function readEnvironmentName(
  { raw, fields, findings, preview }: InputReader,
  waitsForAgent: boolean,
): string | undefined {
  const name = raw.text('environment');
  if (name === undefined) return undefined;
  if (!raw.isGiven('agent-name')) {
    fields.noEffectWithout('agent-name', ['environment']);
    return undefined;
  }
  const unknown = (name.match(/\{[^{}]*\}/g) ?? []).filter((held) => held !== regionPlaceholder);
  if (name.length > 255 || /[\n\r]/.test(name) || unknown.length > 0) {
    return findings.problem(
      'environment',
      `${shown(name)} is not the name of an environment; use up to 255 characters on one line, with \`${regionPlaceholder}\` as the only placeholder`,
    );
  }
  if (!waitsForAgent) {
    findings.warnings.push(
      'The action creates no GitHub deployment, because with `wait-for-ready: false` it does not know how the rollout ends.',
    );
    return undefined;
  }
  // Previews share one environment, because GitHub keeps the name of each environment for good.
  if (fields.regions.length > 1 && !name.includes(regionPlaceholder) && preview === undefined) {
    findings.warnings.push(
      `\`environment\` has no \`${regionPlaceholder}\`, so the agents of all regions share ${shown(name)}, and GitHub shows only the state of the newest deployment.`,
    );
  }
  return name;
}
