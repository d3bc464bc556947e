import { createHmac, randomBytes } from 'node:crypto';
import * as v from 'valibot';
import { timestamp } from '../platform/clock.js';
import type { Upload } from '../platform/uploads.js';
import { accessDenied, type StorageProblem } from './problem.js';

/** A signed form, as S3 uses it: whoever has it can store one file in one place. */

/** Different in each process. */
const secret = randomBytes(32);

const policySchema = v.object({
  expiration: v.string(),
  conditions: v.array(
    v.union([
      v.record(v.string(), v.string()),
      v.tuple([v.literal('content-length-range'), v.number(), v.number()]),
    ]),
  ),
});

type Policy = v.InferOutput<typeof policySchema>;

const sign = (policy: string) => createHmac('sha256', secret).update(policy).digest('hex');

/** The fields that must be sent with the file. */
export function signedFields(upload: Upload): Record<string, string> {
  const date = timestamp(upload.createdAt).replace(/[-:]|\.\d+/g, '');
  const exact = {
    key: upload.key,
    bucket: upload.bucket,
    'Content-Type': 'application/gzip',
    'X-Amz-Algorithm': 'AWS4-HMAC-SHA256',
    'X-Amz-Credential': `ASIAEMULATOR/${date.slice(0, 8)}/${upload.region}/s3/aws4_request`,
    'X-Amz-Date': date,
    'X-Amz-Security-Token': createHmac('sha512', secret).update(upload.id).digest('base64'),
  };
  const policy: Policy = {
    expiration: timestamp(upload.expiresAt),
    conditions: [
      ...Object.entries(exact).map(([name, value]) => ({ [name]: value })),
      ['content-length-range', 0, upload.limit],
    ],
  };
  const encoded = Buffer.from(JSON.stringify(policy)).toString('base64');
  return { ...exact, Policy: encoded, 'X-Amz-Signature': sign(encoded) };
}

/** Fields that a policy need not name. */
const unconditional = ['policy', 'x-amz-signature'];

const policyProblem = (reason: string) => accessDenied(`Invalid according to Policy: ${reason}`);

/**
 * The problem of a form, apart from the length of its file; undefined if there is none. The names of
 * fields are lowercase, because case does not matter.
 */
export function formProblem(
  fields: ReadonlyMap<string, string>,
  time: number,
): StorageProblem | undefined {
  const encoded = fields.get('policy');
  const signature = fields.get('x-amz-signature');
  if (encoded === undefined || signature === undefined) return accessDenied('Access Denied');
  if (signature !== sign(encoded))
    return {
      status: 403,
      code: 'SignatureDoesNotMatch',
      message:
        'The request signature we calculated does not match the signature you provided. Check your key and signing method.',
    };
  const policy = v.parse(policySchema, JSON.parse(Buffer.from(encoded, 'base64').toString()));
  if (time >= Date.parse(policy.expiration)) return policyProblem('Policy expired.');
  const exact = policy.conditions
    .filter((condition) => !Array.isArray(condition))
    .flatMap((condition) => Object.entries(condition));
  for (const [name, value] of exact)
    if (fields.get(name.toLowerCase()) !== value)
      return policyProblem(`Policy Condition failed: ["eq", "$${name}", "${value}"]`);
  const known = new Set([...unconditional, ...exact.map(([name]) => name.toLowerCase())]);
  const extra = [...fields.keys()].filter((name) => !known.has(name));
  return extra.length === 0 ? undefined : policyProblem(`Extra input fields: ${extra.join(', ')}`);
}
