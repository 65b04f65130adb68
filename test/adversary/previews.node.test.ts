import type { Frame } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Chromium, findChromium } from '../support/chromium.js';
import { hostileDocuments } from '../support/hostile-documents.js';
import { openPreviewStage, POLICY, type PreviewStage } from '../support/preview-stage.js';

const chromium = await findChromium();
const noBrowser = typeof chromium === 'string';
const STORY_MS = 120_000;

const framesOf = ({ page }: PreviewStage) => page.frames().filter((frame) => frame !== page.mainFrame());

/** Does what a person may do to a document that is shown: clicks on it, tabs into it, opens its text, presses keys. */
async function handle({ page }: PreviewStage): Promise<void> {
  for (const summary of await page.locator('summary').all()) await summary.click();
  for (const frame of await page.locator('iframe').all()) {
    await frame.click({ position: { x: 8, y: 8 }, force: true });
    await frame.click({ position: { x: 30, y: 20 }, button: 'middle', force: true });
    await frame.focus();
    for (const key of ['Tab', 'Enter', 'Space', 'End']) await page.keyboard.press(key);
  }
}

/** The elements in the frames of a page that a browser does not make by itself around plain text and pictures. */
async function elementsInFrames(stage: PreviewStage): Promise<string[]> {
  const ownOfBrowser = ['HTML', 'HEAD', 'META', 'TITLE', 'BODY', 'PRE', 'IMG'];
  const all = await Promise.all(
    framesOf(stage).map((frame) =>
      frame.evaluate(() => [...document.querySelectorAll('*')].map(({ tagName }) => tagName)),
    ),
  );
  return all.flat().filter((name) => !ownOfBrowser.includes(name));
}

/** What a document in a frame can reach of the page around it, and of what was before. */
const reachOf = (frame: Frame) =>
  frame.evaluate(() => {
    const attempt = (read: () => unknown) => {
      try {
        return read() ?? null;
      } catch (error) {
        return (error as Error).name;
      }
    };
    return {
      origin: globalThis.origin,
      name: window.name,
      opener: window.opener as unknown,
      parent: attempt(() => parent.document),
      top: attempt(() => top?.document),
      frameElement: attempt(() => window.frameElement),
      storage: attempt(() => localStorage),
      cookies: attempt(() => document.cookie),
    };
  });

describe.skipIf(noBrowser).each([
  ['under the policy that README.md gives', POLICY],
  ['without any content security policy', null],
])('a vault full of hostile documents, on a page %s', (_, policy) => {
  let stage: PreviewStage;
  const strays: string[] = [];
  beforeAll(async () => {
    stage = await openPreviewStage(chromium as Chromium, { policy });
    stage.page.context().on('page', (page) => strays.push(page.url()));
    stage.page.on('download', (download) => strays.push(download.suggestedFilename()));
  });
  afterAll(() => stage.close());

  it(
    'A21 R13 calls nobody, whatever is shown, clicked and closed, and only inert types get an address',
    async () => {
      const { page, spy, show, hide } = stage;
      const address = page.url();
      const types = new Set<string>();
      for (const document of hostileDocuments(spy.elsewhere)) {
        expect(await show(document), document.name).toMatchObject({ kind: document.kind });
        await handle(stage);
        expect(await elementsInFrames(stage), document.name).toEqual([]);
        for (const type of await page.evaluate(() => [...urls.values()])) types.add(type);
        await hide();
        expect(await page.evaluate(() => [urls.size, frames.length]), document.name).toEqual([0, 0]);
      }
      // No other page was opened, no other address was gone to, nothing was saved, no script left its mark.
      expect([page.url(), strays]).toEqual([address, []]);
      expect(await page.evaluate(() => [window.name, 'marked' in globalThis])).toEqual(['', false]);
      expect([...types].sort()).toEqual(['image/bmp', 'image/gif', 'image/png', 'text/plain;charset=utf-8']);
      await page.evaluate(() => fetch('/fence'));
      expect(spy.seen).toEqual(['app: GET /fence']);
    },
    STORY_MS,
  );

  it.each(['page.html', 'picture.svg', 'program.gif', 'form.pdf'])(
    'A21 A57 shuts %s off from the page, and the page from it',
    async (name) => {
      const document = hostileDocuments(stage.spy.elsewhere).find((each) => each.name === name);
      await stage.show(document as NonNullable<typeof document>);
      const [frame] = framesOf(stage);
      expect(await reachOf(frame as Frame)).toEqual({
        origin: 'null',
        name: '',
        opener: null,
        parent: 'SecurityError',
        top: 'SecurityError',
        frameElement: null,
        storage: 'SecurityError',
        cookies: 'SecurityError',
      });
      const attributes = await stage.page.evaluate(() => {
        const [element] = globalThis.document.querySelectorAll('iframe');
        const { sandbox, allow, name, contentDocument, referrerPolicy } = element as HTMLIFrameElement;
        return [
          sandbox.value,
          element?.hasAttribute('sandbox'),
          allow,
          name,
          contentDocument,
          referrerPolicy,
        ];
      });
      expect(attributes).toEqual(['', true, '', '', null, 'no-referrer']);
      await stage.hide();
    },
  );

  it('A21 R13 does not even look a host up', async () => {
    expect(await stage.hostsLookedFor()).toEqual([]);
  });
});

/** What Chromium asks for when it shows these documents in a frame that may run scripts. */
const CALLS: Record<string, readonly string[]> = {
  'page.html': [
    ...[
      'stylesheet',
      'import',
      'image',
      'source',
      'script',
      'module',
      'modulepreload',
      'preload',
      'prefetch',
    ],
    ...[
      'fetch',
      'beacon',
      'socket',
      'events',
      'popup',
      'iframe',
      'srcdoc',
      'object',
      'embed',
      'input',
      'poster',
    ],
    ...['background', 'cursor', 'inline-style', 'svg-image', 'onerror'],
  ],
  'picture.svg': [
    'xml-stylesheet',
    'import',
    'script',
    'fetch',
    'image',
    'foreign',
    'foreign-iframe',
    'onload',
  ],
  'style.xml': ['css', 'image', 'script'],
  'refresh.html': ['refresh'],
  'link.html': ['link', 'ping'],
};

function showUnsafely({ text, claimed }: { text: string; claimed: string }): void {
  const frame = document.createElement('iframe');
  frame.setAttribute('sandbox', 'allow-scripts allow-forms allow-popups');
  frame.src = URL.createObjectURL(new Blob([text], { type: claimed }));
  document.body.append(frame);
}

describe.skipIf(noBrowser)('the spy that finds nothing', () => {
  let stage: PreviewStage;
  beforeAll(async () => {
    stage = await openPreviewStage(chromium as Chromium, { policy: null });
  });
  afterAll(() => stage.close());

  it(
    'sees what the same documents do where they are shown as what they are called',
    async () => {
      const { page, spy, hostsLookedFor } = stage;
      const documents = hostileDocuments(spy.elsewhere).filter(({ name }) => name in CALLS);
      expect(documents.map(({ name }) => name).sort()).toEqual(Object.keys(CALLS).sort());
      for (const { name, claimed, bytes } of documents) {
        await page.evaluate(showUnsafely, { text: Buffer.from(bytes).toString(), claimed });
        // The link itself: a click on a frame that has not loaded yet goes nowhere.
        if (name === 'link.html')
          await page.locator('iframe').last().contentFrame().locator('a').first().click();
        for (const vector of CALLS[name] ?? []) await spy.awaitRequest(`/${name}/${vector}`);
      }
      await page.evaluate((url) => {
        const program = new Blob([`fetch("${url}/worker").catch(() => null)`], { type: 'text/javascript' });
        new Worker(URL.createObjectURL(program));
      }, spy.elsewhere);
      await spy.awaitRequest('/worker');
      expect(await hostsLookedFor()).toContain('elsewhere.test');
    },
    STORY_MS,
  );
});
