import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Extractor, ExtractorConfig, type ExtractorLogLevel } from '@microsoft/api-extractor';
import { afterAll, describe, expect, it } from 'vitest';
import { DOORS, type Door } from '../support/doors.js';
import { ROOT } from '../support/source-tree.js';

/** An exported symbol without a doc comment, or a type that a public signature uses and no door exports. */
function isObjection(line: string): boolean {
  // Names of constants are shown by their value; a second one of a name gets a number.
  const [, forgotten] = /ae-forgotten-export\) The symbol "([A-Z]\w*[a-z])(?:_\d+)?"/.exec(line) ?? [];
  if (forgotten !== undefined) return !EXPORTED.has(forgotten);
  return /^\/\/ @public.*\(undocumented\)/.test(line);
}

/** Every name that some door exports: a door may speak of what another one gives. */
const EXPORTED = new Set(DOORS.flatMap(({ declarations }) => namesIn(readFileSync(declarations, 'utf8'))));

function namesIn(text: string): string[] {
  const lists = [...text.matchAll(/^export (?:type )?\{([^}]*)\}/gm)].flatMap(([, list = '']) =>
    list.split(',').map((name) => name.trim().replace(/^type |^.* as /, '')),
  );
  const own = /^export (?:declare )?(?:abstract )?(?:class|interface|type|function|const) (\w+)/gm;
  return [...lists, ...[...text.matchAll(own)].map(([, name = '']) => name)];
}

const place = mkdtempSync(join(tmpdir(), 'coffret-api-'));
afterAll(() => rmSync(place, { recursive: true, force: true }));

/** The public signatures of one door, and what api-extractor says against them. */
function report({ name, declarations }: Door): { text: string; messages: string[] } {
  const messages: string[] = [];
  const config = ExtractorConfig.prepare({
    configObject: {
      projectFolder: ROOT,
      mainEntryPointFilePath: declarations,
      compiler: { tsconfigFilePath: join(ROOT, 'tsconfig.json') },
      apiReport: {
        enabled: true,
        reportFolder: place,
        reportTempFolder: join(place, 'temp'),
        reportFileName: name,
      },
      docModel: { enabled: false },
      dtsRollup: { enabled: false },
      newlineKind: 'lf',
      messages: {
        extractorMessageReporting: {
          default: { logLevel: 'warning' as ExtractorLogLevel, addToApiReportFile: true },
          // Everything exported is public here: there are no release tags.
          'ae-missing-release-tag': { logLevel: 'none' as ExtractorLogLevel },
        },
      },
    },
    configObjectFullPath: undefined,
    packageJsonFullPath: join(ROOT, 'package.json'),
  });
  Extractor.invoke(config, {
    localBuild: true,
    messageCallback: (message) => {
      if (
        message.logLevel === 'error' ||
        (message.logLevel === 'warning' && message.category !== 'console')
      ) {
        messages.push(message.text);
      }
      message.handled = true;
    },
  });
  return { text: readFileSync(join(place, `${name}.api.md`), 'utf8'), messages };
}

describe('the public interface', () => {
  it.each(DOORS)('of $specifier is documented, whole, and as recorded', async (door) => {
    const { text, messages } = report(door);
    expect(messages).toEqual([]);
    expect(text.split('\n').filter(isObjection)).toEqual([]);
    // After a wanted change: `npm run api`, and read the difference before it is committed.
    await expect(text).toMatchFileSnapshot(`api/${door.name}.api.md`);
  });
});
