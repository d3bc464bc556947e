import {
  type Fault,
  type Faults,
  type FaultTiming,
  type RequestTriggers,
  type RequestMatch,
} from './faults.js';
import type { BuildScript } from './platform/build-progress.js';
import type { WritingScript } from './platform/concurrent-writes.js';
import type { Platform } from './platform/platform.js';
import type { DeploymentScript } from './platform/rollout.js';
import type { SessionScript } from './platform/sessions.js';
import type { ProvisioningScript } from './platform/secret-sets.js';
import type { RateLimit, RateLimiter } from './rate-limit.js';

/**
 * Decides what happens next. A script applies to the next time, or with `every` to each time that has no
 * other script. The name `*` matches any name.
 */
export interface EmulatorScript {
  /** How the provisioning of a set goes. On the organization surface, each pair is provisioned separately. */
  provisioning(name: string, script: ProvisioningScript): void;
  /** How a write of a set goes: how long it takes, or whether it conflicts with another write. */
  writing(name: string, script: WritingScript): void;
  /** How a deployment of an agent goes. */
  deployment(agent: string, script: DeploymentScript): void;
  /** How a session of an agent goes. */
  session(agent: string, script: SessionScript): void;
  /** How a cloud build goes, in the region of the script or in any region. */
  build(script: BuildScript): void;
  /** Adds this fault to the next `times` (1) matching requests, after `skip` (0) matching requests without it. */
  fault(match: RequestMatch, fault: Fault, timing?: FaultTiming): void;
  /** Rejects requests over this limit with 429. `undefined` removes the limit. */
  rateLimit(limit: RateLimit | undefined): void;
  /** Makes a new deployment of the agent now, like another release. */
  supersede(agent: string): { deploymentId: string };
  /** Deletes a set now, like another user, if it exists. */
  deleteSecretSet(name: string): void;
  /** Deletes an agent now, like another user, if it exists. */
  deleteAgent(name: string): void;
  /** Runs an action once, just before a matching request is handled. */
  before(match: RequestMatch, action: () => void): void;
  /** Runs an action once, after a matching request was handled and before its response is sent. */
  after(match: RequestMatch, action: () => void): void;
  /** Removes all scripts, faults and actions that have not been used yet. */
  forget(): void;
}

export function scripting(
  platform: Platform,
  limiter: RateLimiter,
  faults: Faults,
  triggers: { readonly before: RequestTriggers; readonly after: RequestTriggers },
): EmulatorScript {
  const { secretSets, writes, agents, builds, sessions } = platform;
  return {
    provisioning(name, script) {
      secretSets.provisioning.add(name, script);
    },
    writing(name, script) {
      writes.writing.add(name, script);
    },
    deployment(agent, script) {
      agents.deploying.add(agent, script);
    },
    session(agent, script) {
      sessions.starting.add(agent, script);
    },
    build(script) {
      builds.script(script);
    },
    fault(match, fault, timing) {
      faults.add(match, fault, timing);
    },
    rateLimit(limit) {
      limiter.set(limit);
    },
    supersede: (agent) => ({ deploymentId: agents.supersede(agent).id }),
    deleteSecretSet(name) {
      const set = secretSets.named(name);
      if (set) secretSets.delete(set.organization, name);
    },
    deleteAgent(name) {
      const agent = agents.named(name);
      if (agent) agents.delete(agent.organization, name);
    },
    before(match, action) {
      triggers.before.add(match, action);
    },
    after(match, action) {
      triggers.after.add(match, action);
    },
    forget() {
      const scripts = [
        secretSets.provisioning,
        writes.writing,
        agents.deploying,
        sessions.starting,
      ];
      for (const one of [...scripts, faults, triggers.before, triggers.after]) one.clear();
      builds.forgetScripts();
      limiter.set(undefined);
    },
  };
}
