import { VaultError } from '../errors.js';

/**
 * The only types that decrypted bytes ever get a URL as, on the page. None of them can hold a script, a link or a
 * reference that a browser would follow.
 */
const INERT = /^(image\/(png|jpeg|gif|webp|avif|bmp)|text\/plain;charset=utf-8)$/;

/** A document in a frame. @internal */
export interface Frame {
  readonly blob: Blob;
  /** What a screen reader calls it. */
  readonly title: string;
  readonly into: HTMLElement;
  /** Ends the frame and its URL. */
  readonly ended: AbortSignal;
}

/**
 * Shows a blob of an inert type in a frame without any right, and waits until it is there.
 *
 * With an empty `sandbox` the document has an origin of its own, runs nothing and leads nowhere. Throws
 * 'usage/invalid' for any other type, 'usage/frame-blocked', 'usage/aborted'.
 *
 * @internal
 */
export async function openFrame({ blob, title, into, ended }: Frame): Promise<HTMLIFrameElement> {
  await requireFrames(into, ended);
  const url = urlOf(blob, ended);
  const frame = document.createElement('iframe');
  frame.setAttribute('sandbox', '');
  frame.setAttribute('allow', '');
  frame.referrerPolicy = 'no-referrer';
  frame.title = title;
  frame.tabIndex = 0;
  frame.width = '100%';
  frame.setAttribute('frameborder', '0');
  // The frame's own paper: a dark page would shine through a document that brings no colour.
  frame.style.colorScheme = 'light';
  frame.style.backgroundColor = 'white';
  frame.src = url;
  ended.addEventListener('abort', () => frame.remove(), { once: true });
  await loaded(frame, ended, () => into.append(frame));
  return frame;
}

let isAllowed = false;

/**
 * Finds out once whether the page's content security policy lets frames of `blob:` in: a frame that it keeps out loads
 * as any other, with a page of the browser in it. Only an empty one of the page's own origin can be looked into.
 */
async function requireFrames(into: HTMLElement, ended: AbortSignal): Promise<void> {
  if (isAllowed) return;
  const looked = new AbortController();
  const frame = document.createElement('iframe');
  frame.setAttribute('sandbox', 'allow-same-origin');
  frame.hidden = true;
  frame.src = urlOf(new Blob([], { type: 'text/plain;charset=utf-8' }), looked.signal);
  try {
    await loaded(frame, ended, () => into.append(frame));
    if (frame.contentDocument?.URL !== frame.src) throw new VaultError('usage/frame-blocked');
    isAllowed = true;
  } finally {
    frame.remove();
    looked.abort();
  }
}

/** A URL for bytes of an inert type, revoked when `ended` says so. @internal */
export function urlOf(blob: Blob, ended: AbortSignal): string {
  if (ended.aborted) throw new VaultError('usage/aborted');
  if (!INERT.test(blob.type)) throw new VaultError('usage/invalid', { argument: 'blob' });
  const url = URL.createObjectURL(blob);
  ended.addEventListener('abort', () => URL.revokeObjectURL(url), { once: true });
  return url;
}

/**
 * Starts loading an element and waits for it. Resolves to false when the browser cannot make anything of it.
 *
 * A content security policy that forbids it shows only as an event on the document: that one is 'usage/frame-blocked'.
 *
 * @internal
 */
export function loaded(element: HTMLElement, ended: AbortSignal, start: () => void): Promise<boolean> {
  const settled = new AbortController();
  return new Promise<boolean>((resolve, reject) => {
    const { signal } = settled;
    element.addEventListener('load', () => resolve(true), { signal });
    element.addEventListener('error', () => resolve(false), { signal });
    ended.addEventListener('abort', () => reject(new VaultError('usage/aborted')), { signal });
    document.addEventListener(
      'securitypolicyviolation',
      ({ blockedURI }) => {
        if (blockedURI.startsWith('blob')) reject(new VaultError('usage/frame-blocked'));
      },
      { signal },
    );
    start();
  }).finally(() => settled.abort());
}
