import { constants, deflateRawSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Chromium, findChromium } from '../../support/chromium.js';
import { hostilePdf, pdfStream, writePages, writePdf } from '../../support/hostile-pdf.js';
import {
  openPreviewStage,
  POLICY,
  type PreviewStage,
  type StageOptions,
} from '../../support/preview-stage.js';

const chromium = await findChromium();
const noBrowser = typeof chromium === 'string';
const open = (pdf: NonNullable<StageOptions['pdf']>) =>
  openPreviewStage(chromium as Chromium, { policy: POLICY, pdf });
const named = (bytes: Uint8Array) => ({ name: 'bilan.pdf', claimed: 'application/pdf', bytes });
const linesOf = (count: number) => Array.from({ length: count }, (_, i) => `Page ${i + 1}: TSH 2.1 mIU/L`);

const IMAGE = '/Type /XObject /Subtype /Image /Width 8 /Height 8 /ColorSpace /DeviceGray /BitsPerComponent 1';

/** A page with what is drawn there and the objects it needs, numbered from 5 on. */
function writePage(content: string, resources: string, ...objects: readonly string[]): Uint8Array {
  return writePdf([
    '<< /Type /Catalog /Pages 2 0 R >>',
    '<< /Type /Pages /Kids [3 0 R] /Count 1 >>',
    `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 100 100] /Resources << ${resources} >> /Contents 4 0 R >>`,
    pdfStream(content),
    ...objects,
  ]);
}

const WHITE = [255, 255, 255];

/** The colours of a picture that is shown, read from what the browser painted, at places from 0 to 1. */
async function coloursAt({ page }: PreviewStage, places: readonly (readonly [x: number, y: number])[]) {
  const png = (await page.locator('iframe').screenshot()).toString('base64');
  return page.evaluate(
    async ({ png, places }) => {
      const bytes = Uint8Array.from(atob(png), (letter) => letter.charCodeAt(0));
      const bitmap = await createImageBitmap(new Blob([bytes]));
      const context = new OffscreenCanvas(bitmap.width, bitmap.height).getContext('2d');
      if (context === null) return [];
      context.drawImage(bitmap, 0, 0);
      return places.map(([x, y]) => [
        ...context.getImageData(x * bitmap.width, y * bitmap.height, 1, 1).data.subarray(0, 3),
      ]);
    },
    { png, places },
  );
}

/** A frame has loaded a moment before it is painted: the first pictures of it may still be white. */
async function expectColours(
  stage: PreviewStage,
  places: readonly (readonly [x: number, y: number])[],
  colours: readonly (readonly number[])[],
) {
  await expect.poll(() => coloursAt(stage, places)).toEqual(colours);
}

describe.skipIf(noBrowser)('a PDF on a page', () => {
  let stage: PreviewStage;
  beforeAll(async () => {
    stage = await open('bundled');
  });
  afterAll(() => stage.close());

  it('is a picture of each page, while it is near', async () => {
    const { page, show } = stage;
    expect(await show(named(writePages(linesOf(30))))).toEqual({ kind: 'pdf', refusal: null, part: null });
    expect(await page.getByRole('img').count()).toBe(30);
    const last = page.getByRole('img', { name: 'bilan.pdf, page 30 sur 30' });
    expect(await last.locator('iframe').count()).toBe(0);
    await last.scrollIntoViewIfNeeded();
    await last.locator('iframe').waitFor();
    await page.waitForFunction(() => document.querySelector('iframe')?.title.includes('page 1 ') === false);
    expect(await page.locator('iframe').count()).toBeLessThan(6);
    expect(await page.evaluate(() => [...new Set(urls.values())])).toEqual(['image/png']);
  });

  it.each([
    ['fr', 'Affiché en partie : les 200 premières pages sur 230.'],
    ['en', 'Shown in part: the first 200 pages of 230.'],
  ] as const)('is shown in part when it has many pages, and says so in %s', async (language, sentence) => {
    const outcome = await stage.show({ ...named(writePages(linesOf(230))), language });
    expect(outcome).toEqual({ kind: 'pdf', refusal: null, part: { unit: 'pages', shown: 200, total: 230 } });
    expect(await stage.page.getByRole('note').textContent()).toBe(sentence);
    expect(await stage.page.getByRole('img').count()).toBe(200);
  });

  it('can be read as text', async () => {
    const { page, show } = stage;
    await show(named(writePages(linesOf(3))));
    await page.locator('summary').focus();
    await page.keyboard.press('Enter');
    const text = page.frameLocator('iframe[title="Texte : bilan.pdf"]').locator('pre');
    expect(await text.textContent()).toMatch(/^Page 1: TSH 2\.1 mIU\/L\s+Page 2: .*\s+Page 3: /);
  });

  it('says so when there is no text to read', async () => {
    const { page, show } = stage;
    await show(named(writePage('0 0 1 rg 0 0 100 50 re f', '')));
    await page.locator('summary').click();
    await page.getByText('Ce document est une image : il ne contient pas de texte.').waitFor();
    expect(await page.locator('iframe[title^=Texte]').count()).toBe(0);
  });

  it('is drawn as it was meant: colours, and a mask by luminosity', async () => {
    // A blue field, and a red one that a mask lets through on the right only.
    const bytes = writePage(
      '0 0 1 rg 0 0 100 50 re f /G gs 1 0 0 rg 0 50 100 50 re f',
      '/ExtGState << /G << /SMask << /Type /Mask /S /Luminosity /G 5 0 R >> >> >>',
      pdfStream(
        '0 g 0 0 50 100 re f 1 g 50 0 50 100 re f',
        '/Type /XObject /Subtype /Form /BBox [0 0 100 100] /Group << /S /Transparency /CS /DeviceGray >>',
      ),
    );
    await stage.show(named(bytes));
    const masked = [0.25, 0.25] as const;
    const shown = [0.75, 0.25] as const;
    const blue = [0.5, 0.75] as const;
    await expectColours(stage, [masked, shown, blue], [WHITE, [255, 0, 0], [0, 0, 255]]);
  });

  it('shows a fax, with the decoders of the app and without', async () => {
    const { page, show } = stage;
    // Eight white rows in Group 4, turned black by the page.
    const fax = pdfStream(
      '\xff\x00\x10\x01',
      `${IMAGE} /Decode [1 0] /Filter /CCITTFaxDecode /DecodeParms << /K -1 /Columns 8 /Rows 8 >>`,
    );
    const bytes = writePage('100 0 0 100 0 0 cm /Fax Do', '/XObject << /Fax 5 0 R >>', fax);
    for (const files of [{ pdfFiles: '/pdf/' }, {}]) {
      await show({ ...named(bytes), ...files });
      await expectColours(stage, [[0.5, 0.5]], [[0, 0, 0]]);
      expect(await page.getByRole('note').count()).toBe(0);
    }
  });

  it('says that something is missing where an image needs a decoder that the app does not have', async () => {
    const { page, show } = stage;
    const image = pdfStream('\xff\x4f\xff\x51', `${IMAGE} /Filter /JPXDecode`);
    const bytes = writePage('100 0 0 100 0 0 cm /Jpx Do', '/XObject << /Jpx 5 0 R >>', image);
    await show(named(bytes));
    expect(await page.getByRole('note').textContent()).toBe(
      'Une partie de cette page ne peut pas être affichée ici ; enregistrez le fichier pour tout voir.',
    );
    await show({ ...named(bytes), pdfFiles: '/pdf/' });
    expect(await page.getByRole('note').count()).toBe(0);
  });

  it('A21 R13 asks the app for the same files whatever is in it', async () => {
    const { page, show, hide, spy } = stage;
    const asked = async (bytes: Uint8Array) => {
      const before = spy.served.length;
      await show({ ...named(bytes), pdfFiles: '/pdf/' });
      await hide();
      return spy.served.slice(before).sort();
    };
    const plain = await asked(writePages(['Nothing but text']));
    expect(plain).toEqual(['/pdf-worker.js', '/pdf/jbig2.wasm', '/pdf/openjpeg.wasm']);
    expect(await asked(hostilePdf((vector) => `${spy.elsewhere}/${vector}`))).toEqual(plain);
    expect(spy.seen).toEqual([]);
    const codes = await page.evaluate(async () => {
      const container = document.querySelector('main') as HTMLElement;
      const codeOf = (pdfFiles: string) =>
        preview.showPreview({ blob: new Blob(['%PDF-']), container, language: 'fr', pdfFiles }).then(
          () => 'shown',
          (error) => error.code,
        );
      return [await codeOf('https://elsewhere.test/pdf/'), await codeOf('/pdf'), await codeOf('data:,/')];
    });
    expect(codes).toEqual(['usage/invalid', 'usage/invalid', 'usage/invalid']);
  });

  it('A21 A57 is read where nothing leads to a network, a store or another thread', async () => {
    const { page, show } = stage;
    const started = page.waitForEvent('worker');
    await show(named(writePages(['x'])));
    const found = await (await started).evaluate(() => {
      const ways = [
        'fetch',
        'XMLHttpRequest',
        'WebSocket',
        'EventSource',
        'WebTransport',
        'FontFace',
        'Worker',
      ];
      const stores = ['indexedDB', 'caches', 'BroadcastChannel', 'importScripts'];
      const scopes: object[] = [];
      for (let scope: object | null = globalThis; scope !== null; scope = Object.getPrototypeOf(scope)) {
        scopes.push(scope);
      }
      const reachable = (name: string) =>
        scopes.some((scope) => Reflect.get(scope, name, globalThis) !== undefined);
      const again = (name: string) => Reflect.defineProperty(globalThis, name, { value: () => {} });
      return [...ways, ...stores].filter((name) => reachable(name) || again(name));
    });
    expect(found).toEqual([]);
  });

  it.each([
    ['a page of no size', '[0 0 0 0]'],
    ['a page as long as a street', '[0 0 1 14400000]'],
    ['a page as large as a field', '[0 0 14400000 14400000]'],
  ])('does not fill the memory for %s', async (_, box) => {
    const bytes = writePdf([
      '<< /Type /Catalog /Pages 2 0 R >>',
      '<< /Type /Pages /Kids [3 0 R] /Count 1 >>',
      `<< /Type /Page /Parent 2 0 R /MediaBox ${box} >>`,
    ]);
    expect(await stage.show(named(bytes))).toMatchObject({ kind: 'pdf' });
    const [width, height] = await stage.page.evaluate(() => {
      const frame = document.querySelector('iframe');
      return [Number(frame?.width), Number(frame?.height)];
    });
    expect(Math.max(width ?? 0, height ?? 0)).toBeLessThanOrEqual(8192);
    expect((width ?? 0) * (height ?? 0)).toBeLessThan(6_100_000);
  });

  it('does not fill the memory with what a small file unpacks to, and says that something is missing', async () => {
    // A mebibyte of spaces, and no end: two gibibytes in two megabytes.
    const spaces = deflateRawSync(Buffer.alloc(2 ** 20, ' '), { finishFlush: constants.Z_FULL_FLUSH });
    const bomb = `\x78\x9c${spaces.toString('latin1').repeat(2048)}\x03\0`;
    const bytes = writePdf([
      '<< /Type /Catalog /Pages 2 0 R >>',
      '<< /Type /Pages /Kids [3 0 R] /Count 1 >>',
      '<< /Type /Page /Parent 2 0 R /MediaBox [0 0 100 100] /Contents [4 0 R 5 0 R] >>',
      pdfStream('0 0 1 rg 0 0 100 100 re f'),
      pdfStream(bomb, '/Filter /FlateDecode'),
    ]);
    expect(await stage.show(named(bytes))).toMatchObject({ kind: 'pdf' });
    expect(await stage.page.getByRole('note').textContent()).toMatch(/^Une partie de cette page ne peut pas/);
  });

  it('can only be saved when it has a password, and says so', async () => {
    const [header] = [Buffer.from(writePages(['x'])).toString('latin1')];
    const secret = '<'.concat('41'.repeat(32), '>');
    const encrypted = header.replace(
      '/Root 1 0 R',
      `/Root 1 0 R /ID [<01> <01>] /Encrypt << /Filter /Standard /V 1 /R 2 /O ${secret} /U ${secret} /P -4 >>`,
    );
    expect(await stage.show(named(Buffer.from(encrypted, 'latin1')))).toMatchObject({
      kind: 'download',
      refusal: 'password',
    });
    expect(await stage.page.getByRole('note').textContent()).toContain('mot de passe');
    expect(await stage.page.getByRole('button').count()).toBe(1);
  });

  it('can only be saved when it is damaged', async () => {
    for (const text of [
      '%PDF-1.7',
      '%PDF-1.7\n1 0 obj << /Type /Catalog >> endobj trailer << /Root 1 0 R >>',
    ]) {
      const outcome = await stage.show(named(Buffer.from(text)));
      expect(outcome).toMatchObject({ kind: 'download', refusal: 'damaged' });
    }
  });

  it('can only be saved when a page takes too long', async () => {
    const { page, show } = stage;
    // A drawing of fifty drawings of fifty drawings, six times over.
    const formOf = (next: number) =>
      pdfStream(
        '/Next Do '.repeat(50),
        `/Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources << /XObject << /Next ${next} 0 R >> >>`,
      );
    const last = pdfStream('0 0 m 9 9 l S', '/Type /XObject /Subtype /Form /BBox [0 0 9 9]');
    const forms = [...[6, 7, 8, 9, 10].map(formOf), last];
    const bytes = writePage('/Next Do', '/XObject << /Next 5 0 R >>', ...forms);
    await page.clock.install();
    const outcome = show(named(bytes));
    await page.locator('main [role=img]').waitFor();
    await page.clock.fastForward(31_000);
    expect(await outcome).toMatchObject({ kind: 'download', refusal: 'too-slow' });
    await page.clock.resume();
  });
});

describe.skipIf(noBrowser).each([
  ['without pdfjs-dist', 'not-installed'],
  ['whose server does not have the worker', 'not-served'],
] as const)('a PDF on a page %s', (_, pdf) => {
  it('can only be saved, and nothing breaks', async () => {
    const stage = await open(pdf);
    const outcome = await stage.show(named(writePages(['x'])));
    expect(outcome).toMatchObject({ kind: 'download', refusal: 'no-pdf-reader' });
    expect(await stage.page.getByRole('note').textContent()).toMatch(/^Les PDF ne peuvent pas être affichés/);
    await stage.close();
  });
});
