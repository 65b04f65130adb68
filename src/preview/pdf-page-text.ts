import type { PDFDocumentProxy } from 'pdfjs-dist/legacy/build/pdf.mjs';

/** The text of the first pages of a document, at most so many characters of it. @internal */
export async function pagesText(
  document: PDFDocumentProxy,
  pages: number,
  charactersMax: number,
  isOver: () => boolean = () => false,
): Promise<string> {
  let text = '';
  for (let number = 1; number <= pages && text.length < charactersMax && !isOver(); number += 1) {
    const page = await document.getPage(number);
    const { items } = await page.getTextContent();
    for (const item of items) {
      if ('str' in item) text += item.hasEOL ? `${item.str}\n` : item.str;
      if (text.length >= charactersMax) break;
    }
    page.cleanup();
    text += '\n\n';
  }
  return text.slice(0, charactersMax);
}
