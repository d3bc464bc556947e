const shortest = 250;
const longest = 5000;
const share = 0.1;
const jitter = 0.1;

/**
 * Milliseconds until the next status check: a tenth of the time waited so far, between 0.25 s and 5 s.
 * So a change is noticed late by at most a tenth of the wait, and a wait of a minute takes about forty
 * checks. A little jitter keeps releases that started together from checking together.
 *
 * @param elapsed milliseconds since the first check
 * @param most the longest delay in milliseconds; more for a wait of hours
 */
export function pollingDelay(elapsed: number, random: () => number, most = longest): number {
  const step = Math.min(most, Math.max(shortest, elapsed * share));
  return Math.round(step * (1 + jitter * (2 * random() - 1)));
}
