import { WIRE_LIMITS } from '../protocol/limits.js';

/** As many of the rows as fit one answer, and whether there are more. `rows` has one row more than a page, if there is. */
export function firstBytes<Row extends { readonly bytes: Uint8Array }>(
  rows: readonly Row[],
): { items: Row[]; more: boolean } {
  const items: Row[] = [];
  let bytes = 0;
  for (const row of rows) {
    if (items.length === WIRE_LIMITS.pageItemsMax || bytes >= WIRE_LIMITS.pullBytesMax) break;
    items.push(row);
    bytes += row.bytes.length;
  }
  return { items, more: items.length < rows.length };
}
