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
 * Says how things will go. A script is for the next time, or with `every` for each time that has
 * none of its own; `*` stands for any name.
 */
export interface EmulatorScript {
  /** How the provisioning of a set goes. On the organization surface each pair is one. */
  provisioning(name: string, script: ProvisioningScript): void;
  /** How a write of a set goes: how long it is under way, or that it meets another one. */
  writing(name: string, script: WritingScript): void;
  /** How a deployment of an agent goes. */
  deployment(agent: string, script: DeploymentScript): void;
  /** How a session of an agent goes. */
  session(agent: string, script: SessionScript): void;
  /** How a cloud build goes, of the region that the script names or of any. */
  build(script: BuildScript): void;
  /** The next `times` (1) matching requests get this fault, after `skip` (0) that do not. */
  fault(match: RequestMatch, fault: Fault, timing?: FaultTiming): void;
  /** From now on, requests over this limit get a 429; `undefined` takes the limit away. */
  rateLimit(limit: RateLimit | undefined): void;
  /** A release of somebody else: a new deployment of the agent, right now. */
  supersede(agent: string): { deploymentId: string };
  /** Somebody else deletes a set, right now, where there is one of that name. */
  deleteSecretSet(name: string): void;
  /** Somebody else deletes an agent, right now, where there is one of that name. */
  deleteAgent(name: string): void;
  /** Does something once, just before a matching request is handled. */
  before(match: RequestMatch, action: () => void): void;
  /** Does something once, after a matching request was handled and before its answer is sent. */
  after(match: RequestMatch, action: () => void): void;
  /** What was scripted and has not come yet does not come any more. */
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
