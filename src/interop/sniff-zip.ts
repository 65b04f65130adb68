const OFFICE: readonly (readonly [name: string, mediaType: string])[] = [
  ['word/', 'application/vnd.openxmlformats-officedocument.wordprocessingml.document'],
  ['xl/', 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'],
  ['ppt/', 'application/vnd.openxmlformats-officedocument.presentationml.presentation'],
];

/** What an archive is by the names in it, or an old office file by its mark; null for anything else. @internal */
export function archiveType(
  head: Uint8Array,
): { readonly kind: 'office' | 'zip'; readonly mediaType: string } | null {
  const mark = [...head.subarray(0, 8)];
  if (mark.join() === '208,207,17,224,161,177,26,225')
    return { kind: 'office', mediaType: 'application/x-ole-storage' };
  const isZip =
    mark[0] === 0x50 && mark[1] === 0x4b && ['3,4', '5,6', '7,8'].includes(mark.slice(2, 4).join());
  if (!isZip) return null;
  const zip = { kind: 'zip', mediaType: 'application/zip' } as const;
  const entries = namesOf(head);
  const [first] = entries;
  if (
    first?.name === 'mimetype' &&
    /^application\/vnd\.oasis\.opendocument\.[a-z-]{1,40}$/.test(first.content)
  )
    return { kind: 'office', mediaType: first.content };
  if (!entries.some(({ name }) => name === '[Content_Types].xml' || name.startsWith('_rels/'))) return zip;
  const office = OFFICE.find(([folder]) => entries.some(({ name }) => name.startsWith(folder)));
  return office === undefined ? zip : { kind: 'office', mediaType: office[1] };
}

/** The names that local headers give, as far as they are in the head of the file. */
function namesOf(head: Uint8Array): { readonly name: string; readonly content: string }[] {
  const found: { name: string; content: string }[] = [];
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  let at = 0;
  while (found.length < 200 && at + 30 <= head.length && view.getUint32(at, true) === 0x04034b50) {
    const flags = view.getUint16(at + 6, true);
    const packed = view.getUint32(at + 18, true);
    const start = at + 30;
    const nameEnd = start + view.getUint16(at + 26, true);
    const contentAt = nameEnd + view.getUint16(at + 28, true);
    const content = packed <= 100 ? latin1(head.subarray(contentAt, contentAt + packed)) : '';
    found.push({ name: latin1(head.subarray(start, Math.min(nameEnd, start + 200))), content });
    // Without its size in front the next header has to be looked for.
    at = (flags & 8) !== 0 && packed === 0 ? nextHeader(head, contentAt) : contentAt + packed;
  }
  return found;
}

function nextHeader(head: Uint8Array, from: number): number {
  for (let at = from; at + 4 <= head.length; at += 1)
    if (head[at] === 0x50 && head[at + 1] === 0x4b && head[at + 2] === 3 && head[at + 3] === 4) return at;
  return head.length;
}

function latin1(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes);
}
