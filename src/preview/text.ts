import { openFrame } from './frame.js';
import { utf16Of } from './kind.js';
import { sentencesIn } from './sentences.js';
import type { Shown, Stage } from './show.js';

/** How much of a text is shown: a browser lays out a mebibyte without a pause. */
const TEXT_BYTES_SHOWN = 2 ** 20;
/** In pixels, unless a style of the page says otherwise. @internal */
export const TEXT_FRAME_HEIGHT = '600';

/** What markup begins with: it is shown as it was written, and a sentence says so. */
const SOURCE = /^\s*(<[!?a-z]|\{\\rtf)/i;
// biome-ignore lint/suspicious/noControlCharactersInRegex: what no text has, and what looked like one may have.
const CONTROLS = /[\0-\x08\x0b\x0e-\x1f\x7f]/;

/** Shows text, or the source text of markup, as `text/plain`. @internal */
export async function showText(stage: Stage): Promise<Shown> {
  const { blob, language, root, ended } = stage;
  const bytes = new Uint8Array(await blob.slice(0, TEXT_BYTES_SHOWN).arrayBuffer());
  const text = decodeText(bytes, charsetOf(stage.mediaType));
  // Only the head was looked at so far.
  if (CONTROLS.test(text)) return { refusal: 'kind' };
  const { textOf, bytesShown, source } = sentencesIn(language);
  if (SOURCE.test(text)) appendNote(root, source);
  const inPart = blob.size > bytes.length;
  if (inPart) appendNote(root, bytesShown(bytes.length, blob.size));
  const frame = await openFrame({ blob: plainText(text), title: textOf(stage.name), into: root, ended });
  frame.height = TEXT_FRAME_HEIGHT;
  return { part: inPart ? { unit: 'bytes', shown: bytes.length, total: blob.size } : null };
}

/** The one way in which text becomes a blob. @internal */
export function plainText(text: string): Blob {
  return new Blob([text], { type: 'text/plain;charset=utf-8' });
}

/** A sentence of our own above a document. @internal */
export function appendNote(root: HTMLElement, sentence: string): void {
  const note = document.createElement('p');
  note.setAttribute('role', 'note');
  note.textContent = sentence;
  root.append(note);
}

/**
 * Decodes text: UTF-16 by its mark, UTF-8 where it holds, else the charset that was claimed, else Windows-1252.
 *
 * A character that the cut of a long text went through is left out.
 *
 * @internal
 */
export function decodeText(bytes: Uint8Array, charset: string | null): string {
  const marked = utf16Of(bytes);
  if (marked !== null) return new TextDecoder(marked).decode(bytes, { stream: true });
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: true });
  } catch {
    return decoderOf(charset).decode(bytes);
  }
}

function decoderOf(charset: string | null): TextDecoder {
  try {
    return new TextDecoder(charset ?? 'windows-1252');
  } catch {
    // Nobody knows that charset.
    return new TextDecoder('windows-1252');
  }
}

function charsetOf(mediaType: string): string | null {
  return /;\s*charset="?([\w.:-]{1,40})"?/i.exec(mediaType)?.[1] ?? null;
}
