import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import axe from 'axe-core';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { build } from 'vite';
import { createPerson } from '../../src/index.js';
import { createMemoryStore } from '../../src/store/index.js';
import { FLOOR, passphraseOf } from '../support/actors.js';
import { findChromium } from '../support/chromium.js';
import { type DrivenChromium, driveChromium, removeProfile } from '../support/driven-chromium.js';
import { readmePolicy } from '../support/readme-said.js';
import { ROOT } from '../support/source-tree.js';
import { openStageServer, type StageServer } from '../support/stage-server.js';
import { openUserProject, type UserProject } from '../support/user-project.js';
import { openWebHost, type WebHost } from '../support/web-host.js';

const chromium = await findChromium();
if (typeof chromium === 'string') console.log(`the app in React skipped: ${chromium}`);

const FILES = { 'index.html': 'html', 'style.css': 'css', 'main.tsx': 'tsx' };
const PHONE = { width: 390, height: 844 };
const DESK = { width: 1280, height: 800 };

describe.skipIf(typeof chromium === 'string')(
  'the app in React that the readme shows, in an empty folder',
  () => {
    let user: UserProject;
    let server: StageServer;
    let host: WebHost;
    let browser: DrivenChromium;
    let page: Page;
    let noise: readonly string[];

    beforeAll(async () => {
      user = openUserProject();
      user.install(
        ...['react', 'react-dom', '@types/react', '@types/react-dom'].map(
          (name) => `${name}@${installed(name)}`,
        ),
      );
      host = await openWebHost();
      server = await openStageServer(['--allow-origin', host.origin()]);
      const [, section = ''] = readFileSync(join(ROOT, 'README.md'), 'utf8').split('\n## React\n');
      for (const [file, language] of Object.entries(FILES)) {
        const [, text = ''] = new RegExp(`^\`\`\`${language}\n([^]*?)^\`\`\``, 'm').exec(section) ?? [];
        writeFileSync(join(user.place, file), text.replace('http://localhost:8787', server.url));
      }
      await build({ root: user.place, configFile: false, logLevel: 'error' });
      host.serve({ files: join(user.place, 'dist'), policy: readmePolicy(server.url) });
      browser = await driveChromium(chromium as Exclude<typeof chromium, string>);
      ({ page, noise } = await browser.openTop(host.origin()));
    });

    afterAll(async () => {
      await browser?.close();
      if (browser !== undefined) await removeProfile(browser);
      for (const one of [server, host]) await one?.close();
      user?.remove();
    });

    /** What the rules of accessibility object to, on a desk and on a phone; nothing sticks out of the phone either. */
    async function objections(): Promise<string[]> {
      const found: string[] = [];
      for (const size of [DESK, PHONE]) {
        await page.setViewportSize(size);
        await page.evaluate(axe.source);
        const { violations } = await page.evaluate(() =>
          (globalThis as unknown as { axe: typeof axe }).axe.run(),
        );
        found.push(...violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join()}`));
        if (await page.evaluate(() => document.documentElement.scrollWidth > innerWidth))
          found.push('overflow');
      }
      return found;
    }
    const says = (text: string) => page.getByText(text, { exact: true }).waitFor();

    it('needs no cast to be of the right types', () => {
      const options = ['--noEmit', '--strict', '--exactOptionalPropertyTypes', '--skipLibCheck'];
      const where = ['--target', 'es2023', '--module', 'nodenext', '--jsx', 'react-jsx'];
      const tsc = join(ROOT, 'node_modules/typescript/bin/tsc');
      expect(user.run(process.execPath, [tsc, ...options, ...where, 'main.tsx'])).toBe('');
    });

    it('creates a vault and a record', async () => {
      await page.getByLabel('Phrase de passe').fill('quatre mots dont je me souviens');
      expect(await objections()).toEqual([]);
      await page.getByRole('button', { name: 'Créer mon coffre' }).click();
      await page.getByLabel('Nom de naissance').fill('Martel');
      expect(await objections()).toEqual([]);
      await page.getByRole('button', { name: 'Commencer le dossier' }).click();
      await page.getByRole('heading', { name: 'Martel' }).waitFor();
    });

    it('adds a document, sends it, and shares it with Dr Martin', async () => {
      const martin = await createPerson({
        ...{ store: createMemoryStore(), server: server.url, name: 'martin', kind: 'professional' },
        ...{ passphrase: passphraseOf('martin'), cost: FLOOR },
      });
      await martin.sync();
      const buffer = Buffer.from('TSH 2.1 mIU/L');
      await page
        .getByLabel('Ajouter un document')
        .setInputFiles({ name: 'TSH du 12 juin.txt', mimeType: 'text/plain', buffer });
      await says('TSH du 12 juin.txt');
      await says('Tout est envoyé.');
      await page.getByLabel('Carte du médecin').fill('une carte');
      await page.getByRole('button', { name: 'Partager les analyses' }).click();
      await says('Les données ne sont pas dans un format lisible par cette version.');
      await page.getByLabel('Carte du médecin').fill(martin.contactCard());
      await page.getByRole('button', { name: 'Partager les analyses' }).click();
      await page.getByRole('heading', { name: 'Analyses partagées : 1' }).waitFor();
      await says('Tout est envoyé.');
      expect(await objections()).toEqual([]);
      await expect
        .poll(async () => {
          await martin.sync();
          return martin.sharedWithMe().flatMap((share) => share.list().map(({ title }) => title));
        })
        .toEqual(['TSH du 12 juin.txt']);
      await martin.close();
    });

    it('leaves nothing on the page when it is locked, says that a passphrase is wrong, and opens again', async () => {
      await page.getByRole('button', { name: 'Verrouiller' }).click();
      await page.getByRole('button', { name: 'Ouvrir mon coffre' }).waitFor();
      expect(await page.content()).not.toMatch(/Martel|TSH/);
      await page.getByLabel('Phrase de passe').fill('autre chose');
      await page.getByRole('button', { name: 'Ouvrir mon coffre' }).click();
      await page.getByRole('alert').filter({ hasText: 'La phrase de passe est fausse' }).waitFor();
      expect(await objections()).toEqual([]);
      await page.reload();
      await page.getByLabel('Phrase de passe').fill('quatre mots dont je me souviens');
      await page.getByRole('button', { name: 'Ouvrir mon coffre' }).click();
      await says('TSH du 12 juin.txt');
    });

    it('breaks no rule of the policy, and says nothing on the console', () => {
      expect(noise).toEqual([]);
      expect(host.violations).toEqual([]);
    });
  },
);

function installed(name: string): string {
  return JSON.parse(readFileSync(join(ROOT, 'node_modules', name, 'package.json'), 'utf8')).version;
}
