import type { Regional } from '../plan/regional.js';
import type { AgentReleaseSettings, ForceRedeploy } from '../plan/settings.js';
import { agentSettingInputs, readAgentSettings } from './agent-settings.js';
import { imageSources, isImageSource } from './build.js';
import type { InputName } from './declared.js';
import type { InputReader } from './reader.js';
import { readSmokeTest, smokeTestInputs } from './smoke-test.js';

const withoutEffectAlone: readonly InputName[] = [
  ...agentSettingInputs,
  'check-image',
  'pin-image',
  'cloud-build',
  'rollout',
  'force-redeploy',
  'wait-for-ready',
  'on-failure',
  'failure-logs',
  'wait-timeout',
  ...smokeTestInputs,
  'wait-for-drain',
  'drain-timeout',
];

const forceRedeploy: Record<'auto' | 'true' | 'false', ForceRedeploy> = {
  auto: 'auto',
  true: 'always',
  false: 'never',
};

/** Reads the settings of the agent. Undefined if none is named. */
export function readAgent(reader: InputReader): AgentReleaseSettings | undefined {
  const { raw, fields, settingsFile, findings, preview } = reader;
  const name = fields.template('agent-name');
  const { minAgents, maxAgents, ...settings } = readAgentSettings(reader);
  checkScaling(reader, minAgents, maxAgents);
  if (settingsFile?.resources !== undefined && raw.isInput('agent-profile')) {
    findings.remarks.push(
      `\`agent-profile\` replaces \`[resources]\` in \`${settingsFile.path}\`.`,
    );
  }
  const force = fields.choice('force-redeploy', ['auto', 'true', 'false']);
  const waitForReady = fields.boolean('wait-for-ready');
  const waitTimeout = fields.timeout('wait-timeout');
  const smokeTest = readSmokeTest(reader, { waits: waitForReady !== false });
  const drainTimeout = readDrainTimeout(reader, { waits: waitForReady !== false });
  const onFailure = fields.choice('on-failure', ['keep', 'rollback']);
  if (onFailure === 'rollback' && waitForReady === false) {
    findings.problem(
      'on-failure',
      'is `rollback`, but `wait-for-ready: false` skips the wait that shows a failure; remove one of them',
    );
  }
  if (!raw.isGiven('agent-name')) fields.noEffectWithout('agent-name', withoutEffectAlone);
  if (name === undefined || force === undefined || waitForReady === undefined) return undefined;
  if (onFailure === undefined) return undefined;
  return {
    name,
    minAgents,
    maxAgents,
    settings,
    preview,
    forceRedeploy: forceRedeploy[force],
    onFailure,
    waitForReady,
    waitTimeout,
    smokeTest,
    drainTimeout,
    isBuiltFromBranch:
      settingsFile?.hasGit === true && !imageSources.some((input) => isImageSource(raw, input)),
  };
}

function checkScaling(
  { fields: { regions, checkedRegions }, findings }: InputReader,
  minAgents: Regional<number>,
  maxAgents: Regional<number>,
): void {
  for (const region of checkedRegions) {
    const [least, most] = [minAgents.in(region), maxAgents.in(region)];
    if (least === undefined || most === undefined || least <= most) continue;
    const where = regions.length > 1 ? ` in \`${region}\`` : '';
    findings.problem(
      'min-agents',
      `is ${least}, but \`max-agents\` is ${most}${where}; set \`min-agents\` to at most \`max-agents\``,
    );
    return;
  }
}

/** Reads how many milliseconds to wait for sessions on older deployments; undefined for no wait. */
function readDrainTimeout(
  { raw, fields, findings }: InputReader,
  { waits }: { readonly waits: boolean },
): number | undefined {
  const drains = fields.boolean('wait-for-drain') ?? false;
  const timeout = fields.timeout('drain-timeout');
  if (!raw.isInput('wait-for-drain')) fields.noEffectWithout('wait-for-drain', ['drain-timeout']);
  if (!drains) return undefined;
  if (!waits) {
    findings.problem(
      'wait-for-drain',
      'needs `wait-for-ready: true`, because sessions leave an older deployment only once the new one is ready',
    );
  }
  return timeout;
}
