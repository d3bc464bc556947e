import type { StepName } from '../record/record.js';

/** The steps of a release, as log and summary call them. */
export const stepTitles: Readonly<Record<StepName, string>> = {
  inputs: 'Read the inputs',
  context: 'Pack the build context',
  credential: 'Recognise the credential',
  preflight: 'Preflight',
  provision: 'Write the secret sets',
  readiness: 'Await the secret sets',
  build: 'Build the image',
  deploy: 'Deploy the agent',
  rollout: 'Await the deployment',
  prune: 'Prune the secret set',
  'clean-up': 'Delete older versions',
};
