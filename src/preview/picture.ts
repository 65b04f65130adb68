import { openFrame } from './frame.js';

/** The size of a picture in its own pixels. @internal */
export interface PictureSize {
  readonly width: number;
  readonly height: number;
}

/** A picture to show in a box of `pictureBox`. @internal */
export interface Picture extends PictureSize {
  readonly blob: Blob;
  readonly ended: AbortSignal;
}

/** Makes the box of a picture, which has its shape and its name before the picture is there. @internal */
export function pictureBox({ width, height }: PictureSize, widthMax: string, title: string): HTMLElement {
  const box = document.createElement('div');
  box.setAttribute('role', 'img');
  box.setAttribute('aria-label', title);
  Object.assign(box.style, { position: 'relative', overflow: 'hidden', maxWidth: `min(100%, ${widthMax})` });
  box.style.aspectRatio = `${width} / ${height}`;
  return box;
}

/**
 * Shows a picture in a frame, scaled as a whole to the width of its box, whatever that becomes.
 *
 * A browser shows a picture that is a document of its own pixel by pixel. The frame has just that size: nothing has to
 * be written into it, and a fine screen gets every pixel.
 *
 * @internal
 */
export async function openPicture(box: HTMLElement, { blob, width, height, ended }: Picture): Promise<void> {
  const title = box.getAttribute('aria-label') ?? '';
  const frame = await openFrame({ blob, title, into: box, ended });
  frame.width = String(width);
  frame.height = String(height);
  // There is nothing to scroll in it.
  frame.tabIndex = -1;
  Object.assign(frame.style, { position: 'absolute', top: '0', left: '0', transformOrigin: '0 0' });
  const rescale = () => {
    frame.style.transform = `scale(${box.clientWidth / width})`;
  };
  const observer = new ResizeObserver(rescale);
  observer.observe(box);
  ended.addEventListener('abort', () => observer.disconnect(), { once: true });
  rescale();
}
