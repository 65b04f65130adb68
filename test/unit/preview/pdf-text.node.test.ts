import { describe, expect, it, vi } from 'vitest';
import { pdfText } from '../../../src/preview/pdf-text.js';
import { hostilePdf, writePages } from '../../support/hostile-pdf.js';

const pdf = (bytes: Uint8Array) => new Blob([bytes.slice()], { type: 'application/pdf' });
const inNode = pdfText({ pdfjs: () => import('pdfjs-dist/legacy/build/pdf.mjs') });

describe('the text layer of a PDF, in Node', () => {
  it('is that of its pages, no more than 200', async () => {
    expect(await inNode.isReady()).toBe(true);
    const lines = Array.from({ length: 210 }, (_, i) => `Page ${String(i + 1)} TSH`);
    const text = await inNode.extract(pdf(writePages(lines)));
    expect(text).toMatch(/^Page 1 TSH\s+Page 2 TSH/);
    expect(text).toContain('Page 200 TSH');
    expect(text).not.toContain('Page 201 TSH');
  });

  it('is null where there is none, and an error where it cannot be read', async () => {
    expect(await inNode.extract(pdf(writePages([''])))).toBeNull();
    await expect(inNode.extract(pdf(writePages(['x']).slice(0, 120)))).rejects.toThrow('format/unsupported');
    await expect(inNode.extract(pdf(new TextEncoder().encode('no PDF')))).rejects.toThrow(
      'format/unsupported',
    );
    await expect(inNode.extract(pdf(writePages(['x'])), { signal: AbortSignal.abort() })).rejects.toThrow(
      'usage/aborted',
    );
  });

  it('runs nothing and fetches nothing that a document asks for', async () => {
    const fetched = vi.spyOn(globalThis, 'fetch');
    const text = await inNode.extract(pdf(hostilePdf((vector) => `http://127.0.0.1:9/${vector}`)));
    expect(text).toContain('A page that wants out');
    expect(fetched).not.toHaveBeenCalled();
    vi.restoreAllMocks();
  });

  it('is not to be had without a reader', async () => {
    expect(await pdfText().isReady()).toBe(false);
    expect(await pdfText({ pdfjs: () => Promise.reject(new Error('not installed')) }).isReady()).toBe(false);
  });
});
