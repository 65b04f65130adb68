const BAR = 28;
const NAME_MAX = 44;

/** File names come from anywhere: nothing in them may steer a terminal. */
const printable = (text: string) => text.replaceAll(/[\p{Cc}\p{Cf}]/gu, '\u{fffd}');

/** Lines on the terminal, or in a file: the bar is drawn only where it can be drawn over. */
export const print = {
  heading(text: string): void {
    console.log(`\n${text}`);
  },

  line(text: string): void {
    console.log(`  ${printable(text)}`);
  },

  /** Columns as wide as their widest cell. */
  table(rows: readonly (readonly string[])[]): void {
    const widths = rows[0]!.map((_, column) =>
      Math.max(...rows.map((row) => [...(row[column] ?? '')].length)),
    );
    for (const row of rows) {
      print.line(
        row
          .map((cell, column) => cell + ' '.repeat(widths[column]! - [...cell].length))
          .join('  ')
          .trimEnd(),
      );
    }
  },
};

/** A progress bar that becomes one plain line when the work is done. */
export function createBar(label: string) {
  const live = process.stdout.isTTY === true;
  const width = Math.min(100, (process.stdout.columns ?? 80) - 1);
  let shown = '';
  const draw = (text: string) => {
    if (!live || text === shown) return;
    shown = text;
    process.stdout.write(`\r${printable(text).slice(0, width).padEnd(width)}`);
  };
  return {
    at(done: number, total: number, what = ''): void {
      const part = total === 0 ? 1 : Math.min(1, done / total);
      const filled = Math.round(part * BAR);
      const percent = `${Math.floor(part * 100)}`.padStart(3);
      draw(`  ${label} [${'#'.repeat(filled)}${'.'.repeat(BAR - filled)}] ${percent} % ${what}`);
    },
    end(text: string): void {
      if (live) process.stdout.write(`\r${' '.repeat(width)}\r`);
      print.line(text);
    },
  };
}

/** A size a person reads at a glance. */
export function size(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  if (bytes < 1e6) return `${(bytes / 1e3).toFixed(1)} kB`;
  return `${(bytes / 1e6).toFixed(1)} MB`;
}

export function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(2)} s`;
}

export function megabytesPerSecond(bytes: number, ms: number): number {
  return Math.round(bytes / 1e3 / ms);
}

/** A name that fits into a table. */
export function short(name: string): string {
  const characters = [...name];
  return characters.length > NAME_MAX ? `${characters.slice(0, NAME_MAX - 1).join('')}…` : name;
}
