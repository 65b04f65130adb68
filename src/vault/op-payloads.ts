import type { OpHeader } from '../formats/op.js';
import type { Binding, SealType } from '../formats/sealed.js';

/** The binding of a body in an op: SPEC §3, with `collection` null in the first op. */
export function bodyBinding(
  type: SealType,
  header: Pick<OpHeader, 'vault' | 'collection' | 'person' | 'device'>,
  epoch: number,
  change: Uint8Array,
): Binding {
  const { vault, collection, person, device } = header;
  return { type, vault, collection, epoch, person, device, object: change };
}

/** Whether an op begins an epoch that does not open the one before. */
export function closesPast({ control }: OpHeader): boolean {
  return control?.type === 'rotate' && !control.payloads.includes('previous-key');
}

/** The meaning of the first changes of an op. */
export function payloadsOf(header: OpHeader): readonly ('roster' | 'previous-key')[] {
  return header.control !== null && 'payloads' in header.control ? header.control.payloads : [];
}
