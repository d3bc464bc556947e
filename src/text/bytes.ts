const units = ['KB', 'MB', 'GB'] as const;

/**
 * Formats bytes for people: `512 B`, `1.5 KB`, `12 MB`. Each unit is 1024 of the one before, as in the
 * platform's own limit of 500 MB.
 */
export function bytesOf(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`;
  let amount = bytes / 1024;
  let unit: (typeof units)[number] = 'KB';
  for (const next of units.slice(1)) {
    // 1023.9 KB would read `1024 KB`, so it is 1 MB.
    if (Math.round(amount) < 1024) break;
    amount /= 1024;
    unit = next;
  }
  return `${amount < 9.95 ? amount.toFixed(1) : Math.round(amount)} ${unit}`;
}
