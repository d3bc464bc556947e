/** Milliseconds as a person reads them: `0.4 s`, `12 s`, `2 min 5 s`. */
export function duration(milliseconds: number): string {
  const seconds = milliseconds / 1000;
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  if (seconds < 60) return `${Math.round(seconds)} s`;
  const whole = Math.round(seconds);
  const rest = whole % 60;
  const minutes = Math.floor(whole / 60);
  return rest === 0 ? `${minutes} min` : `${minutes} min ${rest} s`;
}
