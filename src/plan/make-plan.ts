import type { Build, ListedSecretSet, Region } from '../pipecat/answers.js';
import { quote } from '../text/quote.js';
import type { Observation, RegionObservation } from './observation.js';
import { checkImage, withPinnedImage } from './check-image.js';
import { planAgent } from './plan-agent.js';
import { lostKeyWarnings, planImagePullSecret, planSecretSet } from './plan-secret-sets.js';
import type { BuildPlan, Plan, Target } from './plan.js';
import { PreflightError, unknownName, type PreflightProblem } from './problems.js';
import { agentsThatMayBind, withoutAgent } from './bindings.js';
import { adviceOnNames, unclearSets } from './preview.js';
import { listOf } from '../text/list.js';
import { secretSetKinds } from './subject.js';
import type { RegionSettings } from './region-settings.js';
import type { BuildSettings, ReleaseSettings } from './settings.js';

/**
 * Compares the settings with what exists on the platform.
 *
 * @throws PreflightError with every reason why the release cannot work
 */
export function makePlan(
  { rollout, secretsTimeout, build: requested, imageLookup }: ReleaseSettings,
  observation: Observation,
): Plan {
  const problems: PreflightProblem[] = [];
  const warnings = new Set<string>();
  const remarks = new Set<string>();
  const targets = observation.targets.map((observed): Target => {
    const settings = withPinnedImage(observed, observation.image, imageLookup);
    const { region } = settings;
    const known = observation.regions.find(({ code }) => code === region);
    if (known === undefined) {
      problems.push(unknownRegion(region, observation.regions));
      // Other problems do not matter until the region is right.
      return { region, secretSets: [], build: undefined, agent: undefined };
    }
    checkArchitecture(settings, known, problems);
    const secretSet = planSecretSet(observed, known, observation.secretSets, problems);
    const secretSets = [
      planImagePullSecret(settings, known, observation.secretSets, problems),
      secretSet,
    ].filter((plan) => plan !== undefined);
    for (const warning of lostKeyWarnings(observed)) warnings.add(warning);
    checkOwnSets(observed, observation.secretSets, problems);
    const build = planBuild(observed, requested);
    const agent =
      settings.agent &&
      planAgent(
        {
          settings,
          requested: settings.agent,
          agentProfiles: observation.agentProfiles,
          before: observed.agent,
          secretSets,
          build,
        },
        problems,
      );
    checkBuild(settings, observation.build, problems);
    if (observation.image !== undefined && imageLookup !== undefined) {
      const findings = checkImage({
        settings: observed.settings,
        before: observed.agent,
        region: known,
        lookup: observation.image,
        requested: imageLookup,
      });
      problems.push(...findings.problems);
      for (const warning of findings.warnings) warnings.add(warning);
      for (const remark of findings.remarks) remarks.add(remark);
    }
    return { region, secretSets, build, agent };
  });
  if (problems.length > 0) throw new PreflightError(withoutRepetition(problems));
  return { rollout, secretsTimeout, targets, warnings: [...warnings], remarks: [...remarks] };
}

/** A set that another agent binds does not belong to the preview. */
function checkOwnSets(
  { settings, agent: before, bindings }: RegionObservation,
  existing: readonly ListedSecretSet[],
  problems: PreflightProblem[],
): void {
  const { agent } = settings;
  const { preview } = agent ?? {};
  if (preview === undefined || bindings === undefined) return;
  for (const { name, kind } of unclearSets(settings, before, existing)) {
    const others = agentsThatMayBind(withoutAgent(bindings, agent?.name), name);
    if (others.length === 0) continue;
    problems.push({
      about: `${secretSetKinds[kind]} ${name}`,
      message: `may not belong to the preview: other agents bind it or may bind it (${listOf(others)}), and its name does not contain \`pr-${preview.pullRequest}\``,
      next: adviceOnNames,
    });
  }
}

function planBuild(
  { settings: { region }, build }: RegionObservation,
  requested: BuildSettings | undefined,
): BuildPlan | undefined {
  if (build === undefined || requested === undefined) return undefined;
  const { context, found, failure } = build;
  return { region, context, found, isKnown: failure === undefined, timeout: requested.timeout };
}

/** Reports a problem once that exists in every region, such as an unknown build. */
function withoutRepetition(problems: readonly PreflightProblem[]): PreflightProblem[] {
  const unique = new Map(
    problems.map((problem) => [`${problem.about}\n${problem.message}`, problem]),
  );
  return [...unique.values()];
}

export function unknownRegion(region: string, regions: readonly Region[]): PreflightProblem {
  const codes = regions.map(({ code }) => code);
  return {
    about: `region ${region}`,
    message: unknownName('region', region, codes),
    next: 'Set `region` to an available one.',
  };
}

function checkArchitecture(
  { region, agent }: RegionSettings,
  { supportedArchitectures }: Region,
  problems: PreflightProblem[],
): void {
  const architecture = agent?.settings.architecture;
  if (architecture === undefined || supportedArchitectures === undefined) return;
  if (supportedArchitectures.includes(architecture)) return;
  problems.push({
    about: `region ${region}`,
    message: `does not run ${architecture}; it runs ${supportedArchitectures.join(', ')}`,
    next: 'Fix `architecture`, or choose another region.',
  });
}

function checkBuild(
  { region, agent }: RegionSettings,
  build: Build | undefined,
  problems: PreflightProblem[],
): void {
  const id = agent?.settings.buildId;
  if (id === undefined) return;
  const about = `build ${id}`;
  if (build === undefined) {
    problems.push({ about, message: 'does not exist', next: 'Fix `build-id`.' });
    return;
  }
  if (build.status !== 'success') {
    const reason = build.errorMessage === undefined ? '' : ` (${quote(build.errorMessage)})`;
    problems.push({
      about,
      message: `has the status ${build.status}${reason}; only a successful build can be deployed`,
      next: 'Wait for the build, or build again.',
    });
  }
  if (build.region !== undefined && build.region !== region) {
    problems.push({
      about,
      message: `is in region ${build.region}, but the release is for ${region}; a build can only be deployed in its own region`,
      next: `Build in ${region}, or release to ${build.region}.`,
    });
  }
}
