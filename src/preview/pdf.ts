import { openFrame } from './frame.js';
import { PdfPage } from './pdf-page.js';
import { PdfReader } from './pdf-reader.js';
import { sentencesIn } from './sentences.js';
import type { Shown, Stage } from './show.js';
import { appendNote, plainText, TEXT_FRAME_HEIGHT } from './text.js';

const PDF_BYTES_MAX = 64 * 2 ** 20;
const PAGES_SHOWN = 200;
const TEXT_CHARACTERS_SHOWN = 2 ** 20;

/**
 * Shows the pages of a PDF as pictures, each while it is near the screen, and below them its text for those who read
 * with something else than eyes.
 *
 * A browser's own viewer does not run in a sandboxed frame, and would follow links and send forms.
 *
 * @internal
 */
export async function showPdf(stage: Stage): Promise<Shown> {
  const { blob, root, ended, language } = stage;
  if (blob.size > PDF_BYTES_MAX) return { refusal: 'too-large' };
  const reader = startReader(ended);
  if (reader === null) return { refusal: 'no-pdf-reader' };
  const opened = await reader.ask({ ask: 'open', blob, files: stage.pdfFiles, pagesMax: PAGES_SHOWN });
  if ('refusal' in opened) return opened;
  const { pages: total, sizes } = opened.answer;
  const isPart = total > sizes.length;
  if (isPart) appendNote(root, sentencesIn(language).pagesShown(sizes.length, total));
  const pages = sizes.map((size, i) => new PdfPage(stage, reader, { size, number: i + 1, of: total }));
  const refusal = (await pages[0]?.draw()) ?? null;
  if (refusal !== null) return { refusal };
  drawWhileNear(pages, ended);
  offerText(stage, reader, sizes.length);
  return { part: isPart ? { unit: 'pages', shown: sizes.length, total } : null };
}

function startReader(ended: AbortSignal): PdfReader | null {
  try {
    return new PdfReader(ended);
  } catch {
    // No workers here, or a policy that does not list them.
    return null;
  }
}

/** A long document would fill the memory with pictures: only those within a screen of what is seen are kept. */
function drawWhileNear(pages: readonly PdfPage[], ended: AbortSignal): void {
  const ofBox = new Map<Element, PdfPage>(pages.map((page) => [page.box, page]));
  const see = (entries: readonly IntersectionObserverEntry[]) => {
    for (const { target, isIntersecting } of entries) {
      // What ends a page that is being drawn ends the whole preview, and nobody waits for it here.
      if (isIntersecting)
        ofBox
          .get(target)
          ?.draw()
          .catch(() => null);
      else ofBox.get(target)?.drop();
    }
  };
  const margins = { rootMargin: '100%', scrollMargin: '100%' };
  const observer = new IntersectionObserver(see, margins);
  for (const { box } of pages) observer.observe(box);
  ended.addEventListener('abort', () => observer.disconnect(), { once: true });
}

/** The text of the pages, in a frame that is filled when someone opens it. */
function offerText({ root, language, name, ended }: Stage, reader: PdfReader, pages: number): void {
  const { readText, textOf, noText, refusals } = sentencesIn(language);
  const details = document.createElement('details');
  const summary = document.createElement('summary');
  summary.textContent = readText;
  details.append(summary);
  root.append(details);
  const fill = async () => {
    const reply = await reader.ask({ ask: 'text', pages, charactersMax: TEXT_CHARACTERS_SHOWN });
    if ('refusal' in reply) return appendNote(details, refusals[reply.refusal]);
    if (reply.answer.trim() === '') return appendNote(details, noText);
    const blob = plainText(reply.answer);
    const frame = await openFrame({ blob, title: textOf(name), into: details, ended });
    frame.height = TEXT_FRAME_HEIGHT;
  };
  details.addEventListener('toggle', () => void fill().catch(() => null), { once: true });
}
