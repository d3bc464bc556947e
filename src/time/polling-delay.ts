const shortest = 250;
const longest = 5000;
const share = 0.1;
const jitter = 0.1;

/**
 * Milliseconds until the next look at something that is awaited: a tenth of the time it has taken
 * already, between 0.25 s and 5 s. So what is noticed late is at most a tenth of the wait (prompt
 * for two seconds), and a wait of a minute costs some forty looks. A little jitter keeps releases
 * that began together from asking together.
 *
 * @param elapsed milliseconds since the first look
 * @param most milliseconds; for a wait of hours, in which nobody minds half a minute
 */
export function pollingDelay(elapsed: number, random: () => number, most = longest): number {
  const step = Math.min(most, Math.max(shortest, elapsed * share));
  return Math.round(step * (1 + jitter * (2 * random() - 1)));
}
