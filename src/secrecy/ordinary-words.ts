/** Common values of settings, which are not secret. In lower case. */
const words: ReadonlySet<string> = new Set([
  ...['true', 'false', 'yes', 'no', 'on', 'off', 'enabled', 'disabled'],
  ...['null', 'none', 'nil', 'undefined'],
  ...['trace', 'debug', 'info', 'notice', 'warn', 'warning', 'error', 'critical', 'fatal'],
  ...['verbose', 'silent'],
  ...['production', 'prod', 'staging', 'stage', 'preview', 'development', 'develop', 'dev'],
  ...['testing', 'test', 'qa', 'sandbox', 'local', 'localhost', 'ci', 'default'],
  // Words in this action's outputs: GitHub drops an output that contains a masked value.
  ...['name', 'kind', 'region', 'regions', 'outcome', 'status', 'added', 'updated', 'pruned'],
  ...['deploymentid', 'ready', 'id', 'contexthash', 'dockerfile', 'build', 'builds', 'agent'],
  ...['agents', 'action', 'changes', 'setting', 'before', 'after', 'hidden', 'newdeployment'],
  ...['secretsets', 'deletedversions', 'otheragents', 'rollout', 'because', 'follows', 'image'],
  ...['secret', 'imagepullsecret', 'created', 'existing', 'deleted', 'failed', 'cancelled'],
  ...['skipped', 'unchanged', 'superseded', 'built', 'reused', 'running', 'done', 'create'],
  ...['update', 'bind', 'reuse', 'await', 'pending', 'unknown', 'parallel', 'sequential'],
]);

/** Codes of cloud regions, such as `us-west`, `eu-central-1` and `europe-west4`. */
const regionCode =
  /^(us|ca|sa|mx|eu|uk|me|il|af|ap|cn|in|jp|au|europe|asia|australia|africa|(north|south)america)(-gov)?-(north|south|east|west|central|(north|south)(east|west))\d{0,2}(-\d)?[a-z]?$/;

/** A key whose value is always secret. */
const secretKey = /(KEY|TOKEN|SECRET|PASSWORD|PASS|PIN|CODE)$/i;

/**
 * Whether a value is an ordinary word. People also put settings in secret sets, and a mask for `true` or
 * `production` would make the rest of the job's log unreadable.
 *
 * @param given names that the workflow shows anyway, such as the region
 */
export function isOrdinary(key: string, value: string, given: readonly string[]): boolean {
  if (secretKey.test(key)) return false;
  const word = value.trim().toLowerCase();
  const isShortNumber = /^[+-]?\d+(\.\d+)?$/.test(word) && word.replace(/\D/g, '').length <= 6;
  return isShortNumber || words.has(word) || regionCode.test(word) || given.includes(value.trim());
}
