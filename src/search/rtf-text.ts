import type { FileExtractor } from './extractor.js';

const BYTES_MAX = 16 * 1024 * 1024;
const CHARACTERS_MAX = 200_000;
const DEPTH_MAX = 10_000;

/** A control word with its number, a control symbol, a brace, a character by its code, an end of line, or text. */
const TOKEN = /\\([a-z]{1,32})(-?\d{1,10})? ?|\\'([0-9a-f]{2})|\\([^a-z'])|([{}])|[\r\n]+|([^\\{}\r\n]+)/gi;
const BREAKS: ReadonlySet<string> = /* @__PURE__ */ new Set('par line row cell tab sect page'.split(' '));
/** Groups with no text in them that people read. */
const UNREAD: ReadonlySet<string> = /* @__PURE__ */ new Set(
  'fonttbl colortbl stylesheet info pict object themedata datastore listtable listoverridetable generator'.split(
    ' ',
  ),
);

/** Rich text (RTF), as plain text: its first 200 000 characters, in the alphabet of Windows or Unicode. */
export const RTF_TEXT: FileExtractor = /* @__PURE__ */ Object.freeze({
  mediaTypes: ['application/rtf', 'text/rtf'],
  version: 1,
  bytesMax: BYTES_MAX,
  extract: async (file: Blob) => {
    const text = new TextDecoder('windows-1252').decode(await file.arrayBuffer());
    return text.startsWith('{\\rtf') ? plainOf(text) : null;
  },
});

/** What a group is in: whether it is read, and how many characters stand in for one of Unicode. */
interface Group {
  readonly isRead: boolean;
  readonly standIns: number;
}

function plainOf(text: string): string {
  const groups: Group[] = [];
  let group: Group = { isRead: true, standIns: 1 };
  let plain = '';
  let passOver = 0;
  const write = (letters: string) => {
    const kept = letters.slice(passOver);
    passOver = Math.max(0, passOver - letters.length);
    if (group.isRead) plain += kept;
  };
  for (const [, word, number, code, symbol, brace, letters] of text.matchAll(TOKEN)) {
    if (plain.length >= CHARACTERS_MAX || groups.length >= DEPTH_MAX) break;
    if (brace === '{') groups.push(group);
    else if (brace === '}') group = groups.pop() ?? group;
    else if (letters !== undefined) write(letters);
    else if (code !== undefined)
      write(new TextDecoder('windows-1252').decode(new Uint8Array([Number.parseInt(code, 16)])));
    else if (symbol === '*' || (word !== undefined && UNREAD.has(word))) group = { ...group, isRead: false };
    else if (symbol === '~') write(' ');
    else if (symbol !== undefined && '\\{}'.includes(symbol)) write(symbol);
    else if (word === 'u') {
      write(String.fromCharCode(Number(number) & 0xffff));
      passOver = group.standIns;
    } else if (word === 'uc') group = { ...group, standIns: Math.min(8, Math.abs(Number(number ?? 1))) };
    else if (word !== undefined && BREAKS.has(word)) write(word === 'tab' || word === 'cell' ? ' ' : '\n');
    if (brace !== undefined) passOver = 0;
  }
  return plain.slice(0, CHARACTERS_MAX).trim();
}
