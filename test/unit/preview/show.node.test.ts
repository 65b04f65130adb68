import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Chromium, findChromium } from '../../support/chromium.js';
import { writePng } from '../../support/hostile-images.js';
import { openPreviewStage, POLICY, type PreviewStage } from '../../support/preview-stage.js';

const chromium = await findChromium();
const noBrowser = typeof chromium === 'string';
const open = (policy: string | null) => openPreviewStage(chromium as Chromium, { policy });
const text = (content: string, name = 'note.txt') => ({
  name,
  claimed: 'text/plain',
  bytes: new TextEncoder().encode(content),
});

describe.skipIf(noBrowser)('a document on a page', () => {
  let stage: PreviewStage;
  beforeAll(async () => {
    stage = await open(POLICY);
  });
  afterAll(() => stage.close());

  it.each([
    ['fr', 'Texte : note.txt'],
    ['en', 'Text: note.txt'],
  ] as const)('is text in a frame that says in %s what it is', async (language, title) => {
    const { page, show } = stage;
    expect(await show({ ...text('TSH 2.1 <b>mIU/L</b>'), language })).toEqual({
      kind: 'text',
      refusal: null,
      part: null,
    });
    const frame = page.frameLocator(`iframe[title="${title}"]`);
    expect(await frame.locator('pre').textContent()).toBe('TSH 2.1 <b>mIU/L</b>');
    expect(await page.locator('[data-coffret-preview=text]').getAttribute('lang')).toBe(language);
    expect(await page.getByRole('note').count()).toBe(0);
  });

  it.each([
    ['fr', /^Affiché en partie : le début, 1.Mo sur 3.Mo\.$/],
    ['en', /^Shown in part: the beginning, 1.MB of 3.MB\.$/],
  ] as const)('is shown in part when it is long, and says so in %s', async (language, sentence) => {
    const { page, show } = stage;
    const line = 'Résultat définitif 0123456789\n';
    const outcome = await show({
      ...text(line.repeat(3_000_000 / new TextEncoder().encode(line).length)),
      language,
    });
    expect(outcome).toMatchObject({ kind: 'text', part: { unit: 'bytes', shown: 2 ** 20 } });
    expect(await page.getByRole('note').textContent()).toMatch(sentence);
    const shown = await page.frameLocator('iframe').locator('pre').textContent();
    expect(new TextEncoder().encode(shown ?? '').length).toBeGreaterThan(2 ** 20 - 4);
    expect(shown).not.toContain('\ufffd');
  });

  it('is no text any more when a control character comes later', async () => {
    expect(await stage.show(text(`${'x'.repeat(5000)}\0`))).toMatchObject({
      kind: 'download',
      refusal: 'kind',
    });
  });

  it('can be read without a mouse', async () => {
    const { page, show } = stage;
    await show(text('line\n'.repeat(2000)));
    await page.keyboard.press('Tab');
    expect(await page.evaluate(() => document.activeElement?.tagName)).toBe('IFRAME');
    await page.keyboard.press('End');
    const [, frame] = page.frames();
    await frame?.waitForFunction(() => window.scrollY > 1000);
  });

  it('is an image, never wider than its place unless somebody asks', async () => {
    const { page, show } = stage;
    await show({ name: 'scan.png', claimed: 'image/png', bytes: writePng(3000, 1500) });
    const image = page.getByRole('img', { name: 'Image : scan.png' });
    const button = page.getByRole('button', { name: 'Taille réelle' });
    const place = (await page.locator('main').boundingBox())?.width ?? 0;
    expect((await image.boundingBox())?.width).toBe(place);
    expect((await page.locator('iframe').boundingBox())?.width).toBeCloseTo(place, 0);
    await button.click();
    expect(await button.getAttribute('aria-pressed')).toBe('true');
    await page.waitForFunction(
      () => document.querySelector('iframe')?.getBoundingClientRect().width === 3000,
    );
    await button.click();
    expect((await image.boundingBox())?.width).toBe(place);
    // A small one is not blown up, and needs no button.
    await show({ name: 'small.png', claimed: 'image/png', bytes: writePng(300, 150) });
    expect((await page.getByRole('img').boundingBox())?.width).toBe(300);
    expect(await page.getByRole('button').count()).toBe(0);
  });

  it('is every image that this browser knows', async () => {
    const { page, show } = stage;
    for (const type of ['image/jpeg', 'image/webp']) {
      const bytes = await page.evaluate(async (type) => {
        const canvas = new OffscreenCanvas(80, 60);
        canvas.getContext('2d')?.fillRect(10, 10, 20, 20);
        return [...new Uint8Array(await (await canvas.convertToBlob({ type })).arrayBuffer())];
      }, type);
      expect(await show({ name: 'x', claimed: '', bytes: Uint8Array.from(bytes) })).toMatchObject({
        kind: 'image',
      });
      expect(await page.evaluate(() => [...new Set(urls.values())])).toEqual([type]);
    }
  });

  it.each([
    ['pixels', 8001, 8000, 0],
    ['pixels in a row', 32_768, 10, 0],
    ['bytes', 40, 30, 2 ** 26],
  ])('is no image when it has too many %s, and says so', async (_, width, height, padding) => {
    const { page } = stage;
    const refusal = await page.evaluate(
      async ({ png, padding }) => {
        const blob = new Blob([Uint8Array.from(png), new Uint8Array(padding)]);
        const container = document.querySelector('main') as HTMLElement;
        shown?.close();
        shown = await preview.showPreview({ blob, container, language: 'fr' });
        return shown.refusal;
      },
      { png: [...writePng(width, height)], padding },
    );
    expect(refusal).toBe('too-large');
    expect(await page.getByRole('note').textContent()).toMatch(/^Ce document est trop grand/);
    expect(await page.locator('iframe').count()).toBe(0);
  });

  it.each([
    ['fr', 'Ce type de document ne peut pas être affiché', 'Enregistrer le fichier'],
    ['en', 'This kind of document cannot be shown', 'Save the file'],
  ] as const)(
    'can be saved when it cannot be shown, under a name that is safe (%s)',
    async (language, why, save) => {
      const { page, show } = stage;
      const bytes = Buffer.from('PK\x03\x04\0\0<script>');
      await show({ name: '../../annex\u202efdp.exe\0\n', claimed: 'text/html', bytes, language });
      expect(await page.getByRole('note').textContent()).toContain(why);
      const started = page.waitForEvent('download');
      await page.getByRole('button', { name: save }).click();
      const download = await started;
      expect(download.suggestedFilename()).toBe('annexfdp.exe');
      expect(await readFile(await download.path())).toEqual(bytes);
      expect(await page.evaluate(() => [...urls.values()])).toEqual(['application/octet-stream']);
      // Its address lives until the download has surely begun.
      await page.evaluate(() => urls.clear());
    },
  );

  it('is saved under a safe name by whoever asks for it', async () => {
    const { page } = stage;
    const started = page.waitForEvent('download');
    await page.evaluate(() => preview.saveFile({ blob: new Blob(['x']), name: 'annex\u202efdp.exe' }));
    expect((await started).suggestedFilename()).toBe('annexfdp.exe');
    await page.evaluate(() => urls.clear());
  });

  it('goes when it is closed, and when its signal says so', async () => {
    const { page } = stage;
    const left = await page.evaluate(async () => {
      const container = document.querySelector('main') as HTMLElement;
      container.replaceChildren();
      const blob = new Blob(['TSH']);
      const ending = new AbortController();
      const first = await preview.showPreview({ blob, container, language: 'fr', signal: ending.signal });
      const second = await preview.showPreview({ blob, container, language: 'en' });
      const counts = [[container.childElementCount, urls.size]];
      ending.abort();
      counts.push([container.childElementCount, urls.size]);
      first.close();
      second.close();
      second.close();
      return [...counts, [container.childElementCount, urls.size]];
    });
    expect(left).toEqual([
      [2, 2],
      [1, 1],
      [0, 0],
    ]);
  });

  it('is not begun, or not finished, when its signal says so', async () => {
    const outcome = await stage.page.evaluate(
      async (png) => {
        const container = document.querySelector('main') as HTMLElement;
        const codeOf = (attempt: Promise<unknown>) =>
          attempt.then(
            () => 'shown',
            (error) => error.code,
          );
        const kinds = [new Blob(['TSH']), new Blob([Uint8Array.from(png)]), new Blob(['%PDF-1.7'])];
        const codes: string[] = [];
        const show = (blob: Blob, signal: AbortSignal) =>
          codeOf(preview.showPreview({ blob, container, language: 'fr', signal }));
        for (const blob of kinds) {
          codes.push(await show(blob, AbortSignal.abort()));
          const ending = new AbortController();
          const attempt = show(blob, ending.signal);
          ending.abort();
          codes.push(await attempt);
        }
        return { codes: [...new Set(codes)], left: container.childElementCount, urls: urls.size };
      },
      [...writePng(40, 30)],
    );
    expect(outcome).toEqual({ codes: ['usage/aborted'], left: 0, urls: 0 });
  });

  it('refuses what is no blob, and a place that is on no page', async () => {
    const codes = await stage.page.evaluate(async () => {
      const container = document.querySelector('main') as HTMLElement;
      const blob = new Blob(['TSH']);
      const wrong = [
        { blob: 'TSH' as unknown as Blob, container },
        { blob, container: document.createElement('div') },
      ];
      const attempts = wrong.map((each) => preview.showPreview({ ...each, language: 'fr' }));
      const results = await Promise.allSettled(attempts);
      return results.map(
        (result) => result.status === 'rejected' && [result.reason.code, result.reason.details],
      );
    });
    expect(codes).toEqual([
      ['usage/invalid', { argument: 'blob' }],
      ['usage/invalid', { argument: 'container' }],
    ]);
  });
});

describe.skipIf(noBrowser).each(['frame-src blob:', 'img-src'])(
  'a page whose policy lacks %s',
  (directive) => {
    it('hears which part of it is missing', async () => {
      const policy = POLICY.split('; ')
        .filter((part) => !part.startsWith(directive))
        .join('; ');
      const stage = await open(policy);
      const outcome = await stage.show({ name: 'x.png', claimed: '', bytes: writePng(40, 30) });
      expect(outcome).toEqual({ code: 'usage/frame-blocked' });
      expect(await stage.page.locator('main').innerHTML()).toBe('');
      await stage.close();
    });
  },
);
