/** Bytes as a person reads them: `512 B`, `1.5 kB`, `12 MB`. */
export function bytesOf(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  const units = ['kB', 'MB', 'GB'] as const;
  let amount = bytes / 1000;
  let unit: (typeof units)[number] = 'kB';
  for (const next of units.slice(1)) {
    // What would be rounded to a thousand is one of the next unit.
    if (Number(amount.toPrecision(3)) < 1000) break;
    amount /= 1000;
    unit = next;
  }
  return `${amount < 10 ? amount.toFixed(1) : Math.round(amount)} ${unit}`;
}
