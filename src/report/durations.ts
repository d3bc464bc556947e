/** Milliseconds as a person reads them: `< 0.1 s`, `0.4 s`, `12 s`, `2 min 5 s`, `2 h`. */
export function duration(milliseconds: number): string {
  if (milliseconds < 50) return '< 0.1 s';
  if (milliseconds < 9950) return `${(milliseconds / 1000).toFixed(1)} s`;
  const seconds = Math.round(milliseconds / 1000);
  const parts = [
    [Math.floor(seconds / 3600), 'h'],
    [Math.floor(seconds / 60) % 60, 'min'],
    [seconds % 60, 's'],
  ] as const;
  return parts
    .filter(([amount]) => amount > 0)
    .map(([amount, unit]) => `${amount} ${unit}`)
    .join(' ');
}
