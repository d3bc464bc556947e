import * as v from 'valibot';
import type { RecordedActions } from '../../support/recorded-actions.js';

const keys = v.array(v.string());

const secretSets = v.array(
  v.object({
    name: v.string(),
    kind: v.picklist(['secret', 'imagePullSecret']),
    region: v.string(),
    outcome: v.picklist([
      'created',
      'updated',
      'existing',
      'deleted',
      'failed',
      'cancelled',
      'skipped',
    ]),
    status: v.nullable(v.picklist(['pending', 'ready', 'failed'])),
    added: keys,
    updated: keys,
    pruned: keys,
  }),
);

const agents = v.array(
  v.object({
    name: v.string(),
    region: v.string(),
    outcome: v.picklist([
      'created',
      'updated',
      'unchanged',
      'superseded',
      'failed',
      'cancelled',
      'skipped',
    ]),
    deploymentId: v.nullable(v.string()),
    ready: v.boolean(),
  }),
);

const builds = v.array(
  v.object({
    region: v.string(),
    id: v.nullable(v.string()),
    outcome: v.picklist(['built', 'reused', 'failed', 'running', 'cancelled', 'skipped']),
    contextHash: v.string(),
  }),
);

export type ToldSet = v.InferOutput<typeof secretSets>[number];
export type ToldAgent = v.InferOutput<typeof agents>[number];
export type ToldBuild = v.InferOutput<typeof builds>[number];

/** A row of a table in the summary, by the headers of its columns. */
type Row = Readonly<Record<string, string>>;

/** The report of a run, parsed from its outputs. */
export interface Told {
  readonly succeeded: boolean;
  readonly secretSets: readonly ToldSet[];
  readonly agents: readonly ToldAgent[];
  readonly builds: readonly ToldBuild[];
  readonly outputs: Readonly<Record<string, string>>;
  readonly headline: string;
  readonly setTable: readonly Row[];
  readonly agentTable: readonly Row[];
  readonly buildTable: readonly Row[];
  readonly stepTable: readonly Row[];
  readonly summary: string;
  readonly errors: readonly { readonly title: string; readonly message: string }[];
  readonly warnings: readonly string[];
}

/** Brief steps, which the summary lists in one line. */
function briefSteps(summary: string): Row[] {
  const names = /^Done in under 0\.1 s: (.*)\.$/m.exec(summary)?.[1]?.split(', ') ?? [];
  return names.map((name) => ({ Step: name, Outcome: '✅ done' }));
}

export function read(succeeded: boolean, actions: RecordedActions): Told {
  const { outputs, summary, errors, warnings } = actions;
  const json = (name: string): unknown => JSON.parse(outputs[name] ?? '[]');
  return {
    succeeded,
    secretSets: v.parse(secretSets, json('secret-sets')),
    agents: v.parse(agents, json('agents')),
    builds: v.parse(builds, json('builds')),
    outputs,
    headline: summary.split('\n')[0] ?? '',
    setTable: tableOf(summary, 'Secret set'),
    agentTable: tableOf(summary, 'Agent'),
    buildTable: tableOf(summary, 'Build'),
    stepTable: [...tableOf(summary, 'Step'), ...briefSteps(summary)],
    summary,
    errors,
    warnings,
  };
}

/** The table in the summary with this header in its first column. */
function tableOf(summary: string, first: string): Row[] {
  const lines = summary.split('\n');
  const start = lines.findIndex((line) => line.startsWith(`| ${first} | `));
  if (start < 0) return [];
  const cells = (line: string): string[] =>
    line
      .slice(2, -2)
      .split(' | ')
      .map((cell) => cell.trim());
  const heads = cells(lines[start] ?? '');
  const rows: Row[] = [];
  for (const line of lines.slice(start + 2)) {
    if (!line.startsWith('| ')) break;
    const values = cells(line);
    rows.push(Object.fromEntries(heads.map((head, index) => [head, values[index] ?? ''])));
  }
  return rows;
}
