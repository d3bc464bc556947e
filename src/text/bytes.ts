const units = ['KB', 'MB', 'GB'] as const;

/**
 * Bytes as a person reads them: `512 B`, `1.5 KB`, `12 MB`. A thousand and twenty-four make the next
 * unit, as in the platform's own limit of 500 MB.
 */
export function bytesOf(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`;
  let amount = bytes / 1024;
  let unit: (typeof units)[number] = 'KB';
  for (const next of units.slice(1)) {
    // What would be rounded to the next unit is one of it.
    if (Math.round(amount) < 1024) break;
    amount /= 1024;
    unit = next;
  }
  return `${amount < 9.95 ? amount.toFixed(1) : Math.round(amount)} ${unit}`;
}
