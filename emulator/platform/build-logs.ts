/** The default logs of builds. */

const beginning = (dockerfilePath: string) => [
  '[Container] Entering phase: BUILD',
  '#0 building with "default" instance using docker driver',
  `#1 [internal] load build definition from ${dockerfilePath}`,
];

const steps = [
  '#1 DONE 0.0s',
  '#2 [internal] load metadata for docker.io/dailyco/pipecat-base:latest',
  '#2 DONE 0.6s',
  '#5 [internal] load build context',
  '#5 DONE 0.1s',
  '#6 [1/4] FROM docker.io/dailyco/pipecat-base:latest',
  '#6 DONE 2.8s',
  '#11 [2/4] COPY pyproject.toml uv.lock ./',
  '#11 DONE 0.0s',
  '#12 [3/4] RUN uv sync --locked',
];

/** The log of a successful build. */
export const successfulLog = (dockerfilePath: string): readonly string[] => [
  ...beginning(dockerfilePath),
  ...steps,
  '#12 2.114 Installed 84 packages in 312ms',
  '#12 DONE 2.6s',
  '#13 [4/4] COPY bot.py ./',
  '#13 DONE 0.0s',
  '#14 exporting to image',
  '#14 DONE 1.9s',
  '[Container] Phase complete: BUILD State: SUCCEEDED',
];

/** The log of a build in which a step fails for this reason. */
export const failedLog = (dockerfilePath: string, reason: string): readonly string[] => [
  ...beginning(dockerfilePath),
  ...steps,
  '#12 0.187 error: The lockfile at `uv.lock` needs to be updated, but `--locked` was provided.',
  `#12 ERROR: ${reason}`,
  '------',
  ' > [3/4] RUN uv sync --locked:',
  '0.187 error: The lockfile at `uv.lock` needs to be updated, but `--locked` was provided.',
  '------',
  `ERROR: failed to build: failed to solve: ${reason}`,
  '[Container] Phase complete: BUILD State: FAILED',
];

/** The log of a build that fails before its first step. */
export const unreadableLog = (dockerfilePath: string, reason: string): readonly string[] => [
  ...beginning(dockerfilePath),
  `#1 ERROR: ${reason}`,
  `ERROR: failed to build: failed to solve: ${reason}`,
  '[Container] Phase complete: BUILD State: FAILED',
];

/** The log of a build in which a step does not end. */
export const endlessLog = (dockerfilePath: string): readonly string[] => [
  ...beginning(dockerfilePath),
  ...steps,
  '[Container] Phase complete: BUILD State: TIMED_OUT',
];
