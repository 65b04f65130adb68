import { bytesToBase64url } from '../../src/formats/id.js';
import type { Passkey } from '../../src/index.js';
import { seededRandom } from './seeded-random.js';

/** A passkey as an authenticator holds it: the same secret each time it is asked. */
export interface SoftPasskey {
  readonly credentialId: string;
  /** What `askPasskey` would give now. */
  ask(): Passkey;
}

/** A passkey for stories that run where no browser can ask for a real one. */
export function softPasskey(name: string): SoftPasskey {
  const random = seededRandom(`passkey ${name}`);
  const credentialId = bytesToBase64url(random(16));
  const output = random(32);
  return {
    credentialId,
    ask() {
      let left: Uint8Array | null = output.slice();
      return {
        credentialId,
        take() {
          if (left === null) throw new Error('taken twice');
          const taken = left;
          left = null;
          return taken;
        },
      };
    },
  };
}
