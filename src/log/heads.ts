import { equalBytes } from '../crypto/hash.js';
import { verify } from '../crypto/sign.js';
import { VaultError } from '../errors.js';
import { decodeHead, type SignedHead } from '../formats/head.js';
import type { CollectionLog } from './collection-log.js';

/**
 * Checks a head that the server signed against a log that was just moved forward. SPEC §6.6.
 *
 * `positionBefore` is where the log was before this answer; `more` says that the server announced further ops.
 * Returns the newer of the stored and the served head. Throws `integrity/bad-signature` (R-HEAD-3),
 * `integrity/rollback` (R-HEAD-1), `integrity/fork` (R-HEAD-2), `integrity/dropped` (R-HEAD-4).
 */
export function checkHead(
  log: CollectionLog,
  stored: SignedHead | null,
  served: SignedHead,
  positionBefore: number,
  more: boolean,
): SignedHead | null {
  const [headBytes, signature] = served;
  const head = decodeHead(headBytes);
  const { state } = log;
  if (state === null) throw new VaultError('integrity/dropped', { position: 0 });
  if (!verify(state.server, 'head', headBytes, signature)) throw new VaultError('integrity/bad-signature'); // R-HEAD-3
  if (!equalBytes(head.collection, log.collection)) throw new VaultError('integrity/wrong-audience');
  const own = log.hashAt(head.position);
  if (own !== null && !equalBytes(own, head.hash))
    throw new VaultError('integrity/fork', { position: head.position }); // R-HEAD-2
  const known = stored === null ? null : decodeHead(stored[0]);
  if (head.position < positionBefore || (known !== null && head.position < known.position)) {
    throw new VaultError('integrity/rollback', {
      served: head.position,
      known: Math.max(positionBefore, known?.position ?? 0),
    }); // R-HEAD-1
  }
  if (known !== null && known.position === head.position && !equalBytes(known.hash, head.hash)) {
    throw new VaultError('integrity/fork', { position: head.position }); // R-HEAD-2: two signed heads, one position
  }
  if (head.position > log.position && !more)
    throw new VaultError('integrity/dropped', { position: log.position }); // R-HEAD-4
  // A head ahead of the ops is kept only once the ops that lead to it are here.
  if (head.position > log.position) return stored;
  return served;
}
