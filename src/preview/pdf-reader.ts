import { startTrustedWorker } from '../crypto/worker-start.js';
import { VaultError } from '../errors.js';
import type { PdfAnswers, PdfMessage, PdfQuestion, PdfRefusal, PdfReply } from './pdf-worker.js';

/** The name that `pdf-worker.ts` looks for. */
const PDF_WORKER = 'coffret-pdf';
/** How long one question may take. A document that needs more is not shown. */
const QUESTION_MS_MAX = 30_000;

/** Why a question got no answer. @internal */
export type ReaderRefusal = PdfRefusal | 'too-slow';

interface Waiting {
  readonly resolve: (reply: PdfReply | ReaderRefusal) => void;
}

/**
 * A PDF in a worker of its own, which ends with `ended` or with the first question that takes too long.
 *
 * @internal
 */
export class PdfReader {
  readonly #worker: Worker;
  readonly #port: MessagePort;
  readonly #ended: AbortSignal;
  readonly #waiting = new Map<number, Waiting>();
  #gone: ReaderRefusal | null = null;
  #lastId = 0;

  /** Throws what the platform throws when no worker can start. */
  constructor(ended: AbortSignal) {
    this.#ended = ended;
    this.#worker = startTrustedWorker(
      () => new Worker(new URL('./pdf-worker.js', import.meta.url), { type: 'module', name: PDF_WORKER }),
    );
    const { port1, port2 } = new MessageChannel();
    this.#port = port1;
    port1.onmessage = ({ data }: MessageEvent<PdfReply>) => this.#waiting.get(data.id)?.resolve(data);
    // Before its first answer this says that the worker could not be loaded, later that it fell over a document.
    this.#worker.addEventListener('error', () => this.#end(this.#lastId <= 1 ? 'no-pdf-reader' : 'damaged'));
    this.#worker.postMessage(null, [port2]);
    ended.addEventListener('abort', () => this.#end('damaged'));
  }

  /** Asks one question. Throws 'usage/aborted' when the preview ends meanwhile. */
  async ask<Q extends PdfQuestion>(
    question: Q,
  ): Promise<{ answer: PdfAnswers[Q['ask']] } | { refusal: ReaderRefusal }> {
    if (this.#gone !== null) return { refusal: this.#gone };
    this.#lastId += 1;
    const id = this.#lastId;
    const clock = setTimeout(() => this.#end('too-slow'), QUESTION_MS_MAX);
    const reply = await new Promise<PdfReply | ReaderRefusal>((resolve) => {
      this.#waiting.set(id, { resolve });
      const message: PdfMessage = { id, question };
      this.#port.postMessage(message);
    });
    clearTimeout(clock);
    this.#waiting.delete(id);
    if (this.#ended.aborted) throw new VaultError('usage/aborted');
    if (typeof reply === 'string') return { refusal: reply };
    return 'refusal' in reply ? { refusal: reply.refusal } : { answer: reply.answer as PdfAnswers[Q['ask']] };
  }

  #end(refusal: ReaderRefusal): void {
    this.#gone ??= refusal;
    this.#worker.terminate();
    this.#port.close();
    for (const { resolve } of this.#waiting.values()) resolve(refusal);
  }
}
