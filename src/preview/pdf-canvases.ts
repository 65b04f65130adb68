/**
 * What the PDF reader asks of a document, for a thread that has none: canvases, and the two filters of soft masks.
 */

type Context = OffscreenCanvasRenderingContext2D;

interface Entry {
  canvas: OffscreenCanvas | null;
  context: Context | null;
}

/** Makes the canvases that the reader draws on in between. @internal */
export class OffscreenCanvases {
  create(width: number, height: number): Entry {
    const canvas = new OffscreenCanvas(width, height);
    const context = canvas.getContext('2d', { willReadFrequently: true }) as Context;
    applyMasks(context);
    return { canvas, context };
  }

  reset({ canvas }: Entry, width: number, height: number): void {
    if (canvas === null) return;
    canvas.width = width;
    canvas.height = height;
  }

  destroy(entry: Entry): void {
    // A canvas of no size gives its memory back at once.
    this.reset(entry, 0, 0);
    entry.canvas = null;
    entry.context = null;
  }
}

/** A lookup table of 256 steps, as the reader hands it over: absent, a curve is straight. */
type Curve = ArrayLike<number> | null | undefined;

const MASK_NAME = /^coffret-(alpha|luminosity)\(([\d,]*)\)$/;

/**
 * Names the filters of the reader. On a page they are SVG filters of the document; here the name says it all, and
 * `applyMasks` understands it.
 *
 * @internal
 */
export class MaskFilters {
  addFilter(): string {
    return 'none';
  }

  addAlphaFilter(curve: Curve): string {
    return `coffret-alpha(${Array.from(curve ?? [])})`;
  }

  addLuminosityFilter(curve: Curve): string {
    return `coffret-luminosity(${Array.from(curve ?? [])})`;
  }

  addHCMFilter(): string {
    return 'none';
  }

  addHighlightHCMFilter(): string {
    return 'none';
  }

  destroy(): void {}
}

/** Lets a context understand the names of `MaskFilters`, for the next image that is drawn on it. */
function applyMasks(context: Context): void {
  const drawImage = context.drawImage.bind(context) as (...given: unknown[]) => void;
  let mask: RegExpExecArray | null = null;
  Object.defineProperty(context, 'filter', {
    get: () => mask?.[0] ?? 'none',
    set: (name: string) => {
      mask = MASK_NAME.exec(name);
    },
  });
  context.drawImage = (...given: unknown[]) => {
    const [image, x, y, width, height, ...target] = given as [CanvasImageSource, ...number[]];
    if (mask === null || target.length !== 4) return drawImage(...given);
    const [, kind, curve = ''] = mask;
    mask = null;
    const layer = new OffscreenCanvas(width as number, height as number);
    const pixels = layer.getContext('2d', { willReadFrequently: true }) as Context;
    pixels.drawImage(image, -(x as number), -(y as number));
    const data = pixels.getImageData(0, 0, layer.width, layer.height);
    maskPixels(data.data, kind === 'luminosity', curve === '' ? null : curve.split(',').map(Number));
    pixels.putImageData(data, 0, 0);
    drawImage(layer, 0, 0, layer.width, layer.height, ...target);
  };
}

/** Turns what a mask shows into how much it lets through (ISO 32000-2 §11.5). */
function maskPixels(pixels: Uint8ClampedArray, isLuminosity: boolean, curve: readonly number[] | null): void {
  for (let at = 0; at < pixels.length; at += 4) {
    const [red = 0, green = 0, blue = 0, alpha = 0] = pixels.subarray(at, at + 4);
    const level = isLuminosity ? Math.round(0.3 * red + 0.59 * green + 0.11 * blue) : alpha;
    pixels[at + 3] = curve === null ? level : Math.round(curve[level] ?? level);
  }
}
