import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Chromium, findChromium } from '../support/chromium.js';
import { openPreviewStage, POLICY, type PreviewStage } from '../support/preview-stage.js';

const chromium = await findChromium();
const PAGE = { policy: POLICY, program: 'examples/preview/page.ts', server: true };
const STORY_MS = 120_000;

describe.skipIf(typeof chromium === 'string')('Alice opens a letter that wants to know when she does', () => {
  let stage: PreviewStage;
  beforeAll(async () => {
    stage = await openPreviewStage(chromium as Chromium, PAGE);
  });
  afterAll(() => stage.close());

  it(
    'and reads what it says; its sender learns nothing',
    async () => {
      const { page, spy, hostsLookedFor } = stage;
      const text = page.frameLocator('iframe[title="Texte : lettre.html"]').locator('pre');
      // The page makes a person first, and stretches her passphrase as it does for anyone.
      await text.waitFor({ timeout: STORY_MS });
      expect(await text.textContent()).toContain('<h1>Consultation</h1><img src="https://elsewhere.test/');
      expect(await page.getByRole('note').textContent()).toContain('tel qu');
      await page.locator('iframe').click();
      await page.getByRole('button', { name: 'Fermer' }).click();
      expect(await page.locator('main').innerHTML()).toBe('');
      expect(spy.seen).toEqual([]);
      expect(await hostsLookedFor()).toEqual([]);
    },
    STORY_MS,
  );
});
