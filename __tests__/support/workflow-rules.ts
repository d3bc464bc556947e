import * as v from 'valibot';
import { parse } from 'yaml';

const stepSchema = v.looseObject({
  uses: v.optional(v.string()),
  run: v.optional(v.string()),
  with: v.optional(v.record(v.string(), v.unknown())),
});

const jobSchema = v.looseObject({
  uses: v.optional(v.string()),
  permissions: v.optional(v.unknown()),
  'timeout-minutes': v.optional(v.unknown()),
  steps: v.optional(v.array(stepSchema), []),
});

const workflowSchema = v.looseObject({
  on: v.unknown(),
  permissions: v.optional(v.unknown()),
  jobs: v.record(v.string(), jobSchema),
});

export type Workflow = v.InferOutput<typeof workflowSchema>;

export function readWorkflow(text: string): Workflow {
  return v.parse(workflowSchema, parse(text));
}

/** An action in a workflow, and the comment after it. */
interface Use {
  readonly action: string;
  readonly reference: string;
  readonly version: string | undefined;
}

/** Everything that a workflow uses from other repositories, in order. */
export function usesOf(text: string): Use[] {
  return [...text.matchAll(/^[ -]*uses: *([^\s@]+)(?:@(\S+))?(?: +# *(.+))?$/gm)].flatMap(
    ([, action = '', reference = '', version]) =>
      /^[.$]\//.test(action) ? [] : [{ action, reference, version: version?.trim() }],
  );
}

/**
 * The rules of this repository that a workflow breaks, as one sentence each.
 *
 * @param text the text of the workflow, including comments
 */
export function brokenRules(text: string): string[] {
  const workflow = readWorkflow(text);
  const jobs = Object.entries(workflow.jobs);
  return [
    ...(/^# \S.{40,}/.test(text) ? [] : ['does not open with a comment that says its purpose']),
    ...(isEmptyMap(workflow.permissions) ? [] : ['lacks `permissions: {}` at the top']),
    // Both run with the secrets of the repository, on input from strangers.
    ...['pull_request_target', 'workflow_run'].flatMap((event) =>
      eventsOf(workflow.on).includes(event) ? [`runs on ${event}`] : [],
    ),
    ...usesOf(text).flatMap(({ action, reference, version }) => [
      ...(/^[\da-f]{40}$/.test(reference) ? [] : [`${action} is not pinned by a full SHA`]),
      ...(/^v\d+\.\d+\.\d+$/.test(version ?? '')
        ? []
        : [`${action} lacks its version in a comment`]),
    ]),
    ...jobs.flatMap(([name, job]) => brokenRulesOfJob(job).map((broken) => `${name}: ${broken}`)),
  ];
}

function brokenRulesOfJob(job: Workflow['jobs'][string]): string[] {
  return [
    ...(isMap(job.permissions) ? [] : ['lacks `permissions` of its own']),
    ...(job.uses !== undefined || typeof job['timeout-minutes'] === 'number'
      ? []
      : ['lacks `timeout-minutes`']),
    ...job.steps.flatMap(({ uses = '', run = '', with: inputs = {} }) => [
      ...(uses.startsWith('actions/checkout@') && inputs['persist-credentials'] !== false
        ? ['leaves the credentials of the checkout where every step can read them']
        : []),
      // GitHub inserts the value of an expression into the script, even if a stranger wrote it.
      ...(run.includes('${{') ? ['has an expression in a script, in place of a variable'] : []),
    ]),
  ];
}

function eventsOf(on: unknown): string[] {
  if (typeof on === 'string') return [on];
  return Array.isArray(on) ? on.map(String) : Object.keys(on ?? {});
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isEmptyMap(value: unknown): boolean {
  return isMap(value) && Object.keys(value).length === 0;
}
