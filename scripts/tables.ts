/** Prints rows of cells in columns. The first row is the header. */
export function printTable(rows: readonly (readonly string[])[]): void {
  const columns = Math.max(...rows.map((cells) => cells.length));
  const widths = Array.from({ length: columns }, (_, column) =>
    Math.max(...rows.map((cells) => (cells[column] ?? '').length)),
  );
  for (const cells of rows) {
    console.log(
      cells
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    );
  }
}

export function milliseconds(time: number): string {
  return `${Math.round(time)} ms`;
}

/** A limit, and whether the measurement is within it. */
export function limitCell(limit: number, isKept: boolean): string {
  return `${limit} ${isKept ? 'within the limit' : 'over the limit'}`;
}
