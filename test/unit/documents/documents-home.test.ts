import { expectTypeOf, it } from 'vitest';
import type { DocumentsHome } from '../../../src/documents/index.js';
import type { Vault } from '../../../src/index.js';
import type { InWorker } from '../../../src/worker/index.js';

it('documents are filed here and in a worker alike', () => {
  expectTypeOf<Vault>().toExtend<DocumentsHome>();
  expectTypeOf<InWorker<Vault>>().toExtend<DocumentsHome>();
});
