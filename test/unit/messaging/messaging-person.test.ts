import { expectTypeOf, it } from 'vitest';
import type { Person } from '../../../src/index.js';
import type { MessagingPerson } from '../../../src/messaging/index.js';
import type { InWorker } from '../../../src/worker/index.js';

it('a person writes messages here and in a worker alike', () => {
  expectTypeOf<Person>().toExtend<MessagingPerson>();
  expectTypeOf<InWorker<Person>>().toExtend<MessagingPerson>();
});
