/** The decoders for scanned pages, under their names in the folder `wasm` of `pdfjs-dist`. */
const DECODERS = ['jbig2.wasm', 'openjpeg.wasm'];

/** For scans in black and white the reader has a decoder of its own, and asks for a faster one. */
const SPARED = ['jbig2.wasm'];

/** What the reader may ask for: a decoder, a table of characters, a font. */
interface Request {
  readonly kind: string;
  readonly filename: string;
}

/**
 * The files that the PDF reader asks for while it works on a document.
 *
 * They are fetched before it sees any document, all of them and always: what a document says decides nothing about
 * what is asked of a server. What is not among them it does not get.
 *
 * @internal
 */
export class PdfFiles {
  readonly #files = new Map<string, Uint8Array>();
  #isWhole = true;

  /** Fetches the decoders from a folder of the app; null has none. One that is not there is left out. */
  async load(folder: string | null): Promise<void> {
    if (folder === null) return;
    await Promise.all(
      DECODERS.map(async (name) => {
        const response = await fetch(new URL(name, folder)).catch(() => null);
        if (response?.ok) this.#files.set(name, new Uint8Array(await response.arrayBuffer()));
      }),
    );
  }

  /** Whether all can be seen: without a font the reader takes another, without a decoder it leaves a hole. */
  get isWhole(): boolean {
    return this.#isWhole;
  }

  /** Notes that something will be missing from what is seen. */
  miss(): void {
    this.#isWhole = false;
  }

  /** The class that the reader makes its source of files from. */
  asFactory(): new () => { fetch(request: Request): Promise<Uint8Array> } {
    const give = async ({ kind, filename }: Request) => {
      const file = this.#files.get(filename);
      if (file !== undefined) return file.slice();
      if (kind !== 'standardFontDataUrl' && !SPARED.includes(filename)) this.miss();
      throw new Error(`no ${kind}`);
    };
    return class {
      fetch(request: Request): Promise<Uint8Array> {
        return give(request);
      }
    };
  }
}
