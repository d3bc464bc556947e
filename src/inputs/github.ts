import { nameInRegion, regionPlaceholder } from '../plan/name-template.js';
import type { GitHubAccess, GitHubSettings } from '../github/settings.js';
import { SecretValue } from '../secrecy/secret-value.js';
import { found } from './problems.js';
import type { RawInputs } from './raw-inputs.js';
import type { InputReader } from './reader.js';

/** The token, for masking; whatever becomes of it. */
export function givenGitHubToken(raw: RawInputs): SecretValue[] {
  const token = raw.text('github-token');
  return token === undefined ? [] : [new SecretValue(token)];
}

/** Reads how the repository is reached. Undefined without a token. */
export function readGitHubAccess({ raw, environment }: InputReader): GitHubAccess | undefined {
  const token = raw.text('github-token');
  if (token === undefined) return undefined;
  const variable = (key: string): string => environment[key]?.trim() ?? '';
  const [owner = '', repository = ''] = variable('GITHUB_REPOSITORY').split('/');
  return {
    token: new SecretValue(token),
    apiUrl: (variable('GITHUB_API_URL') || 'https://api.github.com').replace(/\/+$/, ''),
    owner,
    repository,
  };
}

/** Reads what GitHub is to be told. Undefined where that is nothing. */
export function readGitHub(
  reader: InputReader,
  {
    waitsForAgent: waitsForAgent,
    isOffline,
  }: { readonly waitsForAgent: boolean; readonly isOffline: boolean },
): GitHubSettings | undefined {
  const { raw, fields, environment, findings } = reader;
  const comments = fields.boolean('comment') ?? false;
  const name = readEnvironmentName(reader, waitsForAgent);
  const access = readGitHubAccess(reader);
  if (access === undefined) {
    // Forks and Dependabot get no token that is a secret either, and need none for what they check.
    if (isOffline) return undefined;
    const needed = 'the expression `github.token` in a job with the permission';
    if (name !== undefined)
      findings.problem('environment', `needs \`github-token\`: ${needed} \`deployments: write\``);
    if (comments)
      findings.problem('comment', `needs \`github-token\`: ${needed} \`pull-requests: write\``);
    return undefined;
  }
  if (name === undefined && !comments) return undefined;
  const variable = (key: string): string => environment[key]?.trim() ?? '';
  const { owner, repository } = access;
  const server = variable('GITHUB_SERVER_URL') || 'https://github.com';
  const runUrl = `${server}/${owner}/${repository}/actions/runs/${variable('GITHUB_RUN_ID')}`;
  return {
    ...access,
    runUrl,
    environment: name,
    comments,
    commentKey: [
      raw.text('organization') ?? variable('PIPECAT_ORG'),
      raw.text('api-url') ?? variable('PIPECAT_API_HOST'),
      raw.text('environment') ?? '',
      ...subjectsOf(reader),
    ].join('\n'),
    commentOrigin: ['GITHUB_WORKFLOW', 'GITHUB_JOB', 'GITHUB_ACTION'].map(variable).join('\n'),
    runId: variable('GITHUB_RUN_ID'),
  };
}

/**
 * What the plan is of, region by region: the agent, or the secret sets if there is none. From the texts
 * of the inputs, so that it is the same if another input has a mistake.
 */
function subjectsOf({ raw, regions: { regions } }: InputReader): string[] {
  const agent = raw.text('agent-name');
  const names = agent === undefined ? [raw.text('secret-set'), raw.text('registry')] : [agent];
  const given = names.filter((name) => name !== undefined);
  if (regions.length === 0) return given;
  return regions
    .flatMap((region) => given.map((name) => `${nameInRegion(name, region)} in ${region}`))
    .toSorted();
}

function readEnvironmentName(
  { raw, fields, regions: { regions }, findings }: InputReader,
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
    findings.problem(
      'environment',
      `has to be the name of an environment, up to 255 characters on one line, with \`${regionPlaceholder}\` as the only placeholder; ${found(name)}`,
    );
    return undefined;
  }
  if (!waitsForAgent) {
    findings.warnings.push(
      'No GitHub deployment is made, because `wait-for-ready: false` leaves out the wait that would end it.',
    );
    return undefined;
  }
  if (regions.length > 1 && !name.includes(regionPlaceholder)) {
    findings.warnings.push(
      `\`environment\` has no \`${regionPlaceholder}\`, so the agents of all regions share one (${found(name)}), and GitHub shows only the deployment that ended last as active.`,
    );
  }
  return name;
}
