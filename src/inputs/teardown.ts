import type { Regional } from '../plan/regional.js';
import type { TeardownSettings } from '../plan/settings.js';
import { listOf } from '../text/list.js';
import { declaredInputs, inputNames } from './declared.js';
import { isTeardown } from './pull-request.js';
import type { InputReader } from './reader.js';

/** Reads what to tear down. Undefined in a release, or if it is not the preview of a pull request. */
export function readTeardown(reader: InputReader): TeardownSettings | undefined {
  const { raw, numberedInputs, fields, findings, preview } = reader;
  if (!isTeardown(raw)) return undefined;
  const agent = fields.template('agent-name');
  if (raw.text('agent-name') === undefined) {
    findings.problem(
      'agent-name',
      'is not set, but `teardown` needs the name of the agent, with `{pr}` in it',
    );
  } else if (!numberedInputs.includes('agent-name')) {
    findings.problem(
      'agent-name',
      'has no `{pr}`, so `teardown` would delete an agent that others use; add `{pr}`',
    );
  }
  const own = (input: 'secret-set' | 'image-credentials'): Regional<string> | undefined => {
    const name = fields.template(input);
    if (raw.text(input) === undefined || numberedInputs.includes(input)) return name;
    findings.remarks.push(
      `\`${input}\` has no \`{pr}\`, so others may use it. \`teardown\` leaves it alone.`,
    );
    return undefined;
  };
  const secretSet = own('secret-set');
  const imagePullSecret = own('image-credentials');
  const waitTimeout = fields.timeout('wait-timeout');
  const ignored = inputNames.filter(
    (input) => raw.isChanged(input) && !declaredInputs[input].isForTeardown,
  );
  if (ignored.length > 0) findings.remarks.push(`\`teardown\` ignores ${listOf(ignored)}.`);
  if (agent === undefined || preview === undefined) return undefined;
  return { regions: fields.regions, agent, preview, secretSet, imagePullSecret, waitTimeout };
}
