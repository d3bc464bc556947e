import { agentName, agentProfileName, buildId, imageReference } from '../pipecat/names.js';
import { regionPlaceholder } from '../plan/name-template.js';
import type { Regional } from '../plan/regional.js';
import type { AgentReleaseSettings, ForceRedeploy } from '../plan/settings.js';
import { imageSources, isImageSource } from './build.js';
import type { InputName } from './declared.js';
import type { Fields } from './fields.js';
import { found, type Findings } from './problems.js';
import type { RawInputs } from './raw-inputs.js';
import type { RegionFields } from './regions.js';
import type { SettingsFile } from './settings-file/read-settings-file.js';

const withoutEffectAlone: readonly InputName[] = [
  'image',
  'cloud-build',
  'build-id',
  'min-agents',
  'max-agents',
  'agent-profile',
  'architecture',
  'max-session-duration',
  'krisp-viva-audio-filter',
  'websocket-auth',
  'enable-managed-keys',
  'rollout',
  'force-redeploy',
  'wait-for-ready',
  'failure-logs',
  'wait-timeout',
];

const forceRedeploy: Record<'auto' | 'true' | 'false', ForceRedeploy> = {
  auto: 'auto',
  true: 'always',
  false: 'never',
};

/** Reads what is to be done with the agent. Undefined where none is named. */
export function readAgent(
  raw: RawInputs,
  fields: Fields,
  regions: RegionFields,
  settingsFile: SettingsFile | undefined,
  findings: Findings,
): AgentReleaseSettings | undefined {
  const name = regions.name('agent-name', agentName, [regionPlaceholder]);
  const image = readImage(raw, fields, findings);
  const build = fields.name('build-id', buildId);
  const minAgents = regions.integer('min-agents', 0, 50);
  const maxAgents = regions.integer('max-agents', 1, 50);
  checkScaling(regions, minAgents, maxAgents, findings);
  const settings = {
    image,
    buildId: build,
    agentProfile: fields.name('agent-profile', agentProfileName),
    architecture: fields.choice('architecture', ['amd64', 'arm64']),
    maxSessionDuration: fields.integer('max-session-duration', 60, 14_400),
    krispVivaAudioFilter: fields.choice('krisp-viva-audio-filter', ['tel', 'pro', 'off']),
    websocketAuth: fields.choice('websocket-auth', ['none', 'token']),
    managedKeys: fields.boolean('enable-managed-keys'),
    // An agent has the size of a profile or resources of its own, and an input wins.
    resources: raw.isInput('agent-profile') ? undefined : settingsFile?.resources,
  };
  if (settingsFile?.resources !== undefined && raw.isInput('agent-profile')) {
    findings.remarks.push(
      `\`agent-profile\` replaces \`[resources]\` of \`${settingsFile.path}\`.`,
    );
  }
  const force = fields.choice('force-redeploy', ['auto', 'true', 'false']);
  const waitForReady = fields.boolean('wait-for-ready');
  const waitTimeout = fields.timeout('wait-timeout');
  if (!raw.isGiven('agent-name')) fields.noEffectWithout('agent-name', withoutEffectAlone);
  if (name === undefined || force === undefined || waitForReady === undefined) return undefined;
  return {
    name,
    minAgents,
    maxAgents,
    settings,
    forceRedeploy: forceRedeploy[force],
    waitForReady,
    waitTimeout,
    isBuiltFromBranch:
      settingsFile?.hasGit === true && !imageSources.some((input) => isImageSource(raw, input)),
  };
}

function checkScaling(
  { regions, checkedRegions }: RegionFields,
  minAgents: Regional<number>,
  maxAgents: Regional<number>,
  findings: Findings,
): void {
  for (const region of checkedRegions) {
    const [least, most] = [minAgents.in(region), maxAgents.in(region)];
    if (least === undefined || most === undefined || least <= most) continue;
    const where = regions.length > 1 ? ` in \`${region}\`` : '';
    findings.problem(
      'min-agents',
      `has to be at most \`max-agents\`; found ${least} and ${most}${where}`,
    );
    return;
  }
}

function readImage(raw: RawInputs, fields: Fields, findings: Findings): string | undefined {
  const image = raw.text('image');
  if (image !== undefined && /^[^\s@]+$/.test(image) && !hasTag(image)) {
    findings.problem(
      'image',
      `has to say which version of the image is meant, with a tag or digest; ${found(image)}, which has neither`,
    );
    return undefined;
  }
  return fields.name('image', imageReference);
}

/** A colon before the last slash is one of a registry's port. */
function hasTag(image: string): boolean {
  return image.lastIndexOf(':') > image.lastIndexOf('/');
}
