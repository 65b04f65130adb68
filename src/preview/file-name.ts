const NAME_CHARACTERS_MAX = 120;
const EXTENSION_CHARACTERS_MAX = 12;

/** Controls, marks that turn the direction of text, characters without a width, line separators, lone surrogates. */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;
/** What separates folders or names a stream or a disk, and what Windows forbids. */
const FORBIDDEN = /[/\\:*?"<>|]/g;
/** Names that Windows gives to devices, with or without an extension. */
const DEVICE = /^(con|prn|aux|nul|com\d|lpt\d)(?=\.|$)/i;

/**
 * Makes a file name that can be given to a disk and read by a person, from one that somebody else chose.
 *
 * Folders, control characters, marks that reverse the direction of text (`annex‮fdp.exe`) and device names go; what is
 * left has at most 120 characters and keeps its extension. A name of which nothing is left becomes `document`.
 */
export function cleanFileName(name: string): string {
  const last = name.normalize('NFC').replace(INVISIBLE, '').split(/[/\\]/).at(-1) ?? '';
  const plain = last
    .replace(FORBIDDEN, '_')
    .replace(/\s+/g, ' ')
    // No hidden file, and no end that Windows cuts off.
    .replace(/^[. ]+|[. ]+$/g, '')
    .replace(DEVICE, '$1_');
  return plain === '' ? 'document' : shorten(plain);
}

function shorten(name: string): string {
  const characters = Array.from(name);
  if (characters.length <= NAME_CHARACTERS_MAX) return name;
  const dot = characters.lastIndexOf('.');
  const extension =
    dot > 0 && characters.length - dot <= EXTENSION_CHARACTERS_MAX ? characters.slice(dot) : [];
  return [...characters.slice(0, NAME_CHARACTERS_MAX - extension.length), ...extension].join('');
}
