import * as v from 'valibot';
import { badRequest } from '../platform/refusal.js';

/**
 * The bodies of requests. The platform ignores unknown fields. The emulator rejects them, so that tests find
 * misspelled ones.
 */

const secretPair = { secretKey: v.string(), secretValue: v.string() };
const region = { region: v.optional(v.string()) };

const imagePullSecret = {
  isImagePullSecret: v.literal(true),
  host: v.pipe(v.string(), v.url()),
  secretValue: v.string(),
  ...region,
};

/** Whether a body writes an image pull secret. This field alone decides which schema applies. */
const writesImagePullSecret = (body: unknown) =>
  typeof body === 'object' &&
  body !== null &&
  'isImagePullSecret' in body &&
  body.isImagePullSecret === true;

const keyRegularSecrets = v.strictObject({
  secrets: v.pipe(v.array(v.strictObject(secretPair)), v.minLength(1)),
  isImagePullSecret: v.optional(v.literal(false)),
  ...region,
});
const keyImagePullSecret = v.strictObject(imagePullSecret);

/** A write of a set on the key surface: all pairs together, or the credentials of a registry. */
export const keySecrets = v.lazy((body) =>
  writesImagePullSecret(body) ? keyImagePullSecret : keyRegularSecrets,
);

const organizationRegularSecret = v.strictObject({
  name: v.optional(v.string()),
  isImagePullSecret: v.optional(v.literal(false)),
  ...secretPair,
  ...region,
});
const organizationImagePullSecret = v.strictObject({
  name: v.optional(v.string()),
  ...imagePullSecret,
});

/** A write of a set on the organization surface: one pair, or the credentials of a registry. */
export const organizationSecrets = v.lazy((body) =>
  writesImagePullSecret(body) ? organizationImagePullSecret : organizationRegularSecret,
);

const agents = v.pipe(v.number(), v.integer(), v.minValue(0));
/** A Kubernetes quantity greater than zero. */
const quantity = v.pipe(
  v.string(),
  v.regex(/^\d+(\.\d+)?(m|[kMGTPE]|[KMGTPE]i)?$/),
  v.check((text) => Number.parseFloat(text) > 0),
);

const agentSettings = {
  image: v.optional(v.pipe(v.string(), v.nonEmpty())),
  buildId: v.optional(v.pipe(v.string(), v.nonEmpty())),
  region: v.optional(v.string()),
  nodeType: v.optional(v.literal('arm')),
  secretSet: v.optional(v.string()),
  imagePullSecretSet: v.optional(v.string()),
  autoScaling: v.optional(
    v.strictObject({ minAgents: v.optional(agents), maxAgents: v.optional(agents) }),
  ),
  agentProfile: v.optional(v.string()),
  architecture: v.optional(v.picklist(['amd64', 'arm64'])),
  resources: v.optional(v.strictObject({ cpu: quantity, memory: quantity })),
  krispViva: v.optional(
    v.strictObject({ audioFilter: v.optional(v.nullable(v.picklist(['tel', 'pro']))) }),
  ),
  maxSessionDuration: v.optional(
    v.pipe(v.number(), v.integer(), v.minValue(60), v.maxValue(14_400)),
  ),
  websocketAuth: v.optional(v.picklist(['none', 'token'])),
  enableIntegratedKeysProxy: v.optional(v.boolean()),
};

/** A request to create an agent, on both surfaces. */
export const newAgent = v.strictObject({ serviceName: v.string(), ...agentSettings });

const agentChanges = { ...agentSettings, forceRedeploy: v.optional(v.boolean()) };

/** An update of an agent on the key surface, which names the agent in the path. */
export const keyAgentChanges = v.strictObject(agentChanges);

/** An update of an agent on the organization surface, which names the agent in the body. */
export const organizationAgentChanges = v.strictObject({
  serviceName: v.string(),
  ...agentChanges,
});

/** A request for an upload. */
export const newUpload = v.strictObject({ region: v.pipe(v.string(), v.nonEmpty()) });

/** A request for a build. */
export const newBuild = v.strictObject({
  uploadId: v.pipe(v.string(), v.uuid()),
  region: v.pipe(v.string(), v.nonEmpty()),
  dockerfilePath: v.optional(v.pipe(v.string(), v.nonEmpty())),
});

/**
 * The body, if it matches the schema. Otherwise, throws a refusal that begins with `message` and names the
 * invalid fields, but not their values, which may be secret.
 */
export function parseBody<Schema extends v.GenericSchema>(
  schema: Schema,
  body: unknown,
  message: string,
): v.InferOutput<Schema> {
  const result = v.safeParse(schema, body);
  if (result.success) return result.output;
  const places = result.issues.map((issue) => {
    const place = v.getDotPath(issue) ?? 'the body';
    return `${place} is not ${issue.expected === 'never' ? 'a known field' : 'valid'}`;
  });
  throw badRequest(`${message}: ${[...new Set(places)].join(', ')}`);
}
