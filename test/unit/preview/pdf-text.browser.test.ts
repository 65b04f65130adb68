import { describe, expect, it } from 'vitest';
import { pdfText } from '../../../src/preview/pdf-text.js';
import { hostilePdf, writePages } from '../../support/hostile-pdf.js';

const pdf = (bytes: Uint8Array) => new Blob([bytes.slice()], { type: 'application/pdf' });

describe('the text layer of a PDF, in a worker of its own', () => {
  const reader = pdfText();

  it('is that of its pages, and null where there is none', async () => {
    expect(await reader.isReady()).toBe(true);
    expect(await reader.extract(pdf(writePages(['Ferritine', 'Page 2'])))).toMatch(/^Ferritine\s+Page 2/);
    expect(await reader.extract(pdf(writePages([''])))).toBeNull();
  });

  it('cannot be had of what is damaged, nor when nobody waits for it', async () => {
    await expect(reader.extract(pdf(writePages(['x']).slice(0, 120)))).rejects.toThrow('format/unsupported');
    const stopping = new AbortController();
    const reading = reader.extract(pdf(writePages(['x'])), { signal: stopping.signal });
    stopping.abort();
    await expect(reading).rejects.toThrow('usage/aborted');
  });

  it('asks for nothing that a document names', async () => {
    const asked = () => performance.getEntriesByType('resource').filter(({ name }) => name.includes('/out/'));
    const text = await reader.extract(pdf(hostilePdf((vector) => `${location.origin}/out/${vector}`)));
    expect(text).toContain('A page that wants out');
    expect(asked()).toEqual([]);
  });
});
