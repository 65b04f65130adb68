/** What a workload is given. */
export interface Settings {
  /** Fewer rounds and smaller inputs: to see that it runs, not to quote. */
  readonly quick: boolean;
  /** Says, after each figure of a browser, where the threads of the page spend their time. */
  readonly profile: boolean;
}

/** One figure of the table, and the limit it is held to, if it has one. */
export interface Row {
  readonly workload: string;
  /** What is divided by what, or what is counted. */
  readonly figure: string;
  readonly value: number;
  readonly unit: '×' | 's' | 'ms' | 'µs' | 'MB' | 'kB';
  readonly budget: { readonly atLeast: number } | { readonly atMost: number } | null;
  /** Where the value comes from, in milliseconds or bytes: what both sides took. */
  readonly from: string;
}

/** A named group of rows that are measured together. */
export interface Workload {
  readonly name: string;
  readonly about: string;
  run(settings: Settings): Promise<Row[]>;
}

/** Whether a row keeps its budget; true when it has none. */
export function isWithinBudget({ value, budget }: Row): boolean {
  if (budget === null) return true;
  return 'atLeast' in budget ? value >= budget.atLeast : value <= budget.atMost;
}

/** The table as text, one line a row. */
export function printRows(rows: readonly Row[]): string {
  const lines = rows.map((row) => [
    row.workload,
    row.figure,
    `${row.value < 1000 ? row.value.toPrecision(3) : row.value.toFixed(0)} ${row.unit}`,
    printBudget(row),
    isWithinBudget(row) ? '' : 'MISSED',
    row.from,
  ]);
  const table = [['workload', 'figure', 'value', 'budget', '', 'from'], ...lines];
  const widths =
    table[0]?.map((_, column) => Math.max(...table.map((line) => line[column]?.length ?? 0))) ?? [];
  return table
    .map((line) =>
      line
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

function printBudget({ budget, unit }: Row): string {
  if (budget === null) return '';
  return 'atLeast' in budget ? `≥ ${budget.atLeast} ${unit}` : `≤ ${budget.atMost} ${unit}`;
}
