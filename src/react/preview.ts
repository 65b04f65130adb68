import { createElement, type ReactElement, type ReactNode, useEffect, useRef, useState } from 'react';
import { isVaultError, type VaultError } from '../errors.js';
import type { Document } from '../index.js';
import { load } from '../load.js';
import { type BlobOptions, useDocumentBlob } from './use-document-blob.js';
import { useExplain, useLanguage } from './use-explain.js';

/** What `Preview` shows. */
export interface PreviewProps extends BlobOptions {
  readonly document: Document;
  /** Shown until the document is. */
  readonly fallback?: ReactNode;
  readonly className?: string;
}

/**
 * Shows a document where nothing in it can act: an image, the pages of a PDF, text, or a button to save it.
 *
 * Needs what `coffret/preview` needs: `blob:` in the content security policy, and `pdfjs-dist` for the pages of a PDF.
 * What goes wrong is shown as a sentence.
 */
export function Preview({ document, fallback, className, ...options }: PreviewProps): ReactElement {
  const container = useRef<HTMLDivElement>(null);
  const explain = useExplain();
  const language = useLanguage();
  const { data: blob, message } = useDocumentBlob(document, options);
  const { name, mediaType } = document;
  const [outcome, setOutcome] = useState<Outcome>({ of: undefined, thrown: null });
  useEffect(() => {
    if (blob === undefined || container.current === null) return;
    const place = container.current;
    const ended = new AbortController();
    const { signal } = ended;
    const settle = (thrown: Outcome['thrown']) => {
      if (!signal.aborted) setOutcome({ of: blob, thrown });
    };
    load('coffret/preview', () => import('../preview/index.js'))
      .then(({ showPreview }) =>
        showPreview({ blob, container: place, language: language(), name, mediaType, signal }),
      )
      .then(
        () => settle(null),
        (value: unknown) => settle({ value }),
      );
    return () => ended.abort();
  }, [blob, language, name, mediaType]);
  const isSettled = blob !== undefined && outcome.of === blob;
  const thrown = isSettled ? outcome.thrown : null;
  if (thrown !== null && !isVaultError(thrown.value)) throw thrown.value;
  const sentence = thrown === null ? message : explain(thrown.value as VaultError);
  const isWaiting = !isSettled && sentence === null;
  return createElement(
    'div',
    { className, 'aria-busy': isWaiting },
    sentence === null ? null : createElement('p', { role: 'alert' }, sentence),
    isWaiting ? fallback : null,
    createElement('div', { ref: container }),
  );
}

interface Outcome {
  readonly of: Blob | undefined;
  readonly thrown: { readonly value: unknown } | null;
}
