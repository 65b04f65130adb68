import { expectTypeOf, it } from 'vitest';
import type { ReceivedShare, Vault } from '../../../src/index.js';
import type { RecordHome } from '../../../src/vault/record-home.js';
import type { InWorker } from '../../../src/worker/index.js';

it('a module keeps its records in a vault or a share, on this thread or in a worker', () => {
  expectTypeOf<Vault>().toExtend<RecordHome>();
  expectTypeOf<ReceivedShare>().toExtend<RecordHome>();
  expectTypeOf<InWorker<Vault>>().toExtend<RecordHome>();
  expectTypeOf<InWorker<ReceivedShare>>().toExtend<RecordHome>();
});
