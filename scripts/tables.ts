/** Prints rows of cells, the head first, in columns. */
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

/** What is allowed at most, and whether it was kept. */
export function limitCell(limit: number, isKept: boolean): string {
  return `${limit} ${isKept ? 'within the limit' : 'over the limit'}`;
}
