import { malformed } from './argument.js';

/** The fields of an INS datamatrix, in the order they are written. */
export const BLOCK_IDS = ['S1', 'S2', 'S3', 'S4', 'S5', 'S6', 'S7'] as const;

export type BlockId = (typeof BLOCK_IDS)[number];

export type Blocks = Readonly<Record<BlockId, string>>;

/** The shortest and the longest content of each field. One whose length may vary ends with GS when it is not at its longest. */
const LENGTHS: Readonly<Record<BlockId, readonly [min: number, max: number]>> = {
  S1: [15, 15],
  S2: [19, 20],
  S3: [1, 100],
  S4: [1, 100],
  S5: [1, 1],
  S6: [10, 10],
  S7: [5, 5],
};

const GROUP_SEPARATOR = '\x1d';

/**
 * Takes the fields after the header apart; all seven once, in any order.
 *
 * Throws `format/malformed` with `field`, `missing-field` or `repeated-field` as the `problem`.
 */
export function readBlocks(text: string): Blocks {
  const found = new Map<BlockId, string>();
  let from = 0;
  while (from < text.length) {
    const id = BLOCK_IDS.find((one) => text.startsWith(one, from));
    if (id === undefined) throw malformed('text', 'field');
    if (found.has(id)) throw malformed('text', 'repeated-field');
    const [content, next] = readContent(text, from + id.length, id);
    found.set(id, content);
    from = next;
  }
  if (found.size !== BLOCK_IDS.length) throw malformed('text', 'missing-field');
  return Object.fromEntries(found) as Blocks;
}

/** Writes the fields in order. Throws `format/malformed` with `field` when one has not its length. */
export function printBlocks(blocks: Blocks): string {
  return BLOCK_IDS.map((id, place) => {
    const content = blocks[id];
    const [min, max] = LENGTHS[id];
    if (!isContent(content) || content.length < min || content.length > max) throw malformed(id, 'field');
    const isLast = place === BLOCK_IDS.length - 1;
    return `${id}${content}${content.length < max && !isLast ? GROUP_SEPARATOR : ''}`;
  }).join('');
}

function readContent(text: string, start: number, id: BlockId): readonly [content: string, next: number] {
  const [min, max] = LENGTHS[id];
  const separator = text.indexOf(GROUP_SEPARATOR, start);
  const end = Math.min(start + max, text.length, separator === -1 ? text.length : separator);
  const content = text.slice(start, end);
  if (content.length < min || !isContent(content)) throw malformed('text', 'field');
  // Some writers end a full field too; a field of one length only never has an end.
  return [content, end === separator && min < max ? end + 1 : end];
}

function isContent(content: string): boolean {
  return /^[\x20-\x7e]+$/.test(content);
}
