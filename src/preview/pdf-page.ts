import type { PdfReader, ReaderRefusal } from './pdf-reader.js';
import type { PageSize } from './pdf-worker.js';
import { openPicture, pictureBox } from './picture.js';
import { sentencesIn } from './sentences.js';
import type { Stage } from './show.js';
import { appendNote } from './text.js';

const PAGE_PIXELS_MAX = 6_000_000;
/** A page is drawn at least this wide, so that small print survives a zoom. */
const PAGE_WIDTH_MIN = 1200;
const PAGE_WIDTH_SHOWN = '60rem';

/** One page of a PDF: an empty box of its shape, which has a picture while it is near the screen. @internal */
export class PdfPage {
  readonly box: HTMLElement;
  readonly #stage: Stage;
  readonly #reader: PdfReader;
  readonly #number: number;
  #drawn: AbortController | null = null;
  #isSaid = false;

  constructor(stage: Stage, reader: PdfReader, place: { size: PageSize; number: number; of: number }) {
    this.#stage = stage;
    this.#reader = reader;
    this.#number = place.number;
    const title = sentencesIn(stage.language).page(stage.name, place.number, place.of);
    this.box = pictureBox(place.size, PAGE_WIDTH_SHOWN, title);
    Object.assign(this.box.style, { margin: '0 auto 1rem', background: 'white' });
    stage.root.append(this.box);
  }

  /** Has the picture made and shows it. Returns why there is none, and says so in the box. */
  async draw(): Promise<ReaderRefusal | null> {
    if (this.#drawn !== null) return null;
    const drawn = new AbortController();
    this.#drawn = drawn;
    const ended = AbortSignal.any([this.#stage.ended, drawn.signal]);
    const widthAsked = Math.max(PAGE_WIDTH_MIN, Math.ceil(this.box.clientWidth * devicePixelRatio));
    const page = { ask: 'page', page: this.#number, width: widthAsked, pixelsMax: PAGE_PIXELS_MAX } as const;
    const reply = await this.#reader.ask(page);
    if (drawn.signal.aborted) return null;
    if ('refusal' in reply) {
      this.box.replaceChildren();
      appendNote(this.box, sentencesIn(this.#stage.language).refusals[reply.refusal]);
      return reply.refusal;
    }
    const { picture: blob, isWhole, width, height } = reply.answer;
    if (!isWhole) this.#sayIncomplete();
    await openPicture(this.box, { blob, width, height, ended });
    return null;
  }

  #sayIncomplete(): void {
    if (this.#isSaid) return;
    this.#isSaid = true;
    const place = document.createElement('div');
    appendNote(place, sentencesIn(this.#stage.language).incomplete);
    this.box.before(place);
  }

  /** Takes the picture away; the box stays. */
  drop(): void {
    this.#drawn?.abort();
    this.#drawn = null;
  }
}
