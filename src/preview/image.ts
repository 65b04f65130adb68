import { loaded, urlOf } from './frame.js';
import { imageTypeOf } from './kind.js';
import { openPicture, type PictureSize, pictureBox } from './picture.js';
import { sentencesIn } from './sentences.js';
import type { Shown, Stage } from './show.js';

const IMAGE_BYTES_MAX = 64 * 2 ** 20;
/** Decoded, an image takes four bytes for each pixel: 256 MB. */
const IMAGE_PIXELS_MAX = 64_000_000;
const EDGE_PIXELS_MAX = 32_767;

/** Shows an image of a known type, as it is, at most as wide as its container. @internal */
export async function showImage(stage: Stage): Promise<Shown> {
  const { blob, head, name, language, ended } = stage;
  const type = imageTypeOf(head);
  if (type === null) return { refusal: 'kind' };
  if (blob.size > IMAGE_BYTES_MAX) return { refusal: 'too-large' };
  const exact = new Blob([blob], { type });
  const size = await measure(exact, ended);
  if (size === 'damaged' || size === 'too-large') return { refusal: size };
  const box = pictureBox(size, `${size.width}px`, sentencesIn(language).image(name));
  offerFullSize(stage, box, size.width);
  await openPicture(box, { blob: exact, ...size, ended });
  return { part: null };
}

/** Puts the picture on the page, with a button that shows it pixel by pixel where it is wider than its place. */
function offerFullSize({ root, language, ended }: Stage, box: HTMLElement, width: number): void {
  const place = document.createElement('div');
  place.style.overflow = 'auto';
  const button = document.createElement('button');
  button.type = 'button';
  button.textContent = sentencesIn(language).fullSize;
  button.setAttribute('aria-pressed', 'false');
  button.addEventListener('click', () => {
    const isFull = button.getAttribute('aria-pressed') === 'false';
    button.setAttribute('aria-pressed', String(isFull));
    Object.assign(
      box.style,
      isFull ? { width: `${width}px`, maxWidth: 'none' } : { width: '', maxWidth: '100%' },
    );
    // What scrolls can be reached without a mouse.
    place.tabIndex = isFull ? 0 : -1;
  });
  const observer = new ResizeObserver(() => {
    button.hidden = width <= place.clientWidth;
  });
  observer.observe(place);
  ended.addEventListener('abort', () => observer.disconnect(), { once: true });
  place.append(box);
  root.append(button, place);
}

/**
 * The size of an image, from an element that is never on the page: the browser reads the header, and decodes the pixels
 * only once it is known that they are not too many.
 */
async function measure(blob: Blob, ended: AbortSignal): Promise<PictureSize | 'damaged' | 'too-large'> {
  const image = new Image();
  const url = urlOf(blob, ended);
  const isImage = await loaded(image, ended, () => {
    image.src = url;
  });
  const { naturalWidth: width, naturalHeight: height } = image;
  if (!isImage || width === 0 || height === 0) return 'damaged';
  if (width * height > IMAGE_PIXELS_MAX || Math.max(width, height) > EDGE_PIXELS_MAX) return 'too-large';
  try {
    await image.decode();
  } catch {
    return 'damaged';
  }
  return { width, height };
}
