import { systemRandom } from '../crypto/random.js';
import { VaultError } from '../errors.js';
import { base64urlToBytes, bytesToBase64url } from '../formats/id.js';
import { passkeyPrfInput } from '../formats/prf-input.js';
import type { Passkey } from '../keys/passkey.js';
import { GivenPasskey } from './given-passkey.js';
import { bytesOf, readPrfAnswer } from './prf-output.js';

/** What `createPasskey` needs. */
export interface CreatePasskeyOptions {
  /** For whom: what the passkey manager shows, and keeps in the person's own account there. No medical word. */
  readonly name: string;
  /** The app, as the passkey manager shows it; the host of the page unless given. */
  readonly app?: string;
  /** The domain that the passkey is good for: the host of the page, or one it ends with. Never change it later. */
  readonly rpId?: string;
  readonly signal?: AbortSignal;
}

/** What `askPasskey` takes. */
export interface AskPasskeyOptions {
  /** Which passkeys may answer, as `passkeysOf` lists them; any of this domain unless given. */
  readonly credentialIds?: readonly string[];
  readonly rpId?: string;
  readonly signal?: AbortSignal;
}

/** ES256, EdDSA, RS256: whatever the authenticator has. Nothing here rests on its signatures. */
const ALGORITHMS = [-7, -8, -257];
/** A new passkey is trusted once it gave the same output so many times, in ceremonies of their own. */
const EVALUATIONS = 2;

/**
 * Whether this page can ask for passkeys at all. A yes is a hope: only `createPasskey` finds out what the authenticator
 * can do.
 */
export async function isPasskeySupported(): Promise<boolean> {
  if (!globalThis.isSecureContext || !hasWebAuthn()) return false;
  const { getClientCapabilities } = PublicKeyCredential as unknown as {
    getClientCapabilities?: () => Promise<Record<string, boolean>>;
  };
  const capabilities = await getClientCapabilities?.call(PublicKeyCredential).catch(() => null);
  return capabilities?.['extension:prf'] !== false;
}

/**
 * Makes a passkey that can open a vault, and makes sure that it does: it is asked again, and must give the same (SPEC §9.1).
 *
 * The person is shown two or three prompts of the browser, one after the other. Throws `usage/no-passkey` when browser,
 * device or password manager cannot do it (`details.reason`), `access/passkey-refused` when the person cancels,
 * `usage/aborted`, `usage/insecure-context`, `usage/invalid`. The passkey of an attempt that failed is taken back where
 * the browser allows it; it opens nothing.
 */
export async function createPasskey(options: CreatePasskeyOptions): Promise<Passkey> {
  const { name, signal } = options;
  requireWebAuthn();
  const { app = location.hostname, rpId = location.hostname } = options;
  if (typeof name !== 'string' || name === '') throw new VaultError('usage/invalid', { argument: 'name' });
  const made = await ceremony(signal, () =>
    navigator.credentials.create({
      publicKey: {
        challenge: random(32),
        rp: { name: app, id: rpId },
        user: { id: random(32), name, displayName: name },
        pubKeyCredParams: ALGORITHMS.map((alg) => ({ type: 'public-key', alg })),
        // Found again on a device that knows nothing; verified always: without it the output would be another.
        authenticatorSelection: {
          residentKey: 'required',
          requireResidentKey: true,
          userVerification: 'required',
        },
        attestation: 'none',
        extensions: prfExtension(),
      },
      ...withSignal(signal),
    }),
  );
  const credential = idOf(made);
  const outputs: Uint8Array[] = [];
  try {
    const { enabled, output } = readPrfAnswer(made);
    if (enabled === false) throw new VaultError('usage/no-passkey', { reason: 'no-prf' });
    if (output !== null) outputs.push(output);
    while (outputs.length < EVALUATIONS) outputs.push((await evaluate([credential], rpId, signal)).output);
    const [first, second] = outputs as [Uint8Array, Uint8Array];
    // R-PRF-2: some authenticators have been seen to answer otherwise the second time.
    if (first.some((byte, i) => byte !== second[i]))
      throw new VaultError('usage/no-passkey', { reason: 'unstable' });
    return new GivenPasskey(credential, first.slice());
  } catch (error) {
    await takeBack(credential, rpId);
    throw error;
  } finally {
    for (const output of outputs) output.fill(0);
  }
}

/**
 * Asks for a passkey made by `createPasskey`, here or on another device of the person.
 *
 * Throws `access/passkey-refused` when the person cancels or none fits, `usage/no-passkey` when it gives nothing that
 * could open a vault, `usage/aborted`, `usage/insecure-context`, `usage/invalid`.
 */
export async function askPasskey(options: AskPasskeyOptions = {}): Promise<Passkey> {
  const { credentialIds = [], signal } = options;
  requireWebAuthn();
  const { rpId = location.hostname } = options;
  const allowed = credentialIds.map((id) => {
    const bytes = typeof id === 'string' ? base64urlToBytes(id) : null;
    if (bytes === null) throw new VaultError('usage/invalid', { argument: 'credentialIds' });
    return bytes;
  });
  const { credential, output } = await evaluate(allowed, rpId, signal);
  return new GivenPasskey(credential, output);
}

/** One ceremony that evaluates the PRF. */
async function evaluate(
  allowed: readonly Uint8Array[],
  rpId: string,
  signal: AbortSignal | undefined,
): Promise<{ readonly credential: Uint8Array; readonly output: Uint8Array }> {
  const credential = await ceremony(signal, () =>
    navigator.credentials.get({
      publicKey: {
        challenge: random(32),
        rpId,
        allowCredentials: allowed.map((id) => ({ type: 'public-key', id: id as Uint8Array<ArrayBuffer> })),
        userVerification: 'required',
        // `eval` and not `evalByCredential`, to which some password managers give an empty answer.
        extensions: prfExtension(),
      },
      ...withSignal(signal),
    }),
  );
  const { output } = readPrfAnswer(credential);
  if (output === null) throw new VaultError('usage/no-passkey', { reason: 'no-prf' });
  return { credential: idOf(credential), output };
}

/** Runs a ceremony of the browser; its errors become ours. */
async function ceremony(
  signal: AbortSignal | undefined,
  run: () => Promise<Credential | null>,
): Promise<Credential> {
  if (signal?.aborted) throw new VaultError('usage/aborted');
  let credential: Credential | null;
  try {
    credential = await run();
  } catch (error) {
    throw ceremonyError(error, signal);
  }
  if (credential === null) throw new VaultError('access/passkey-refused', { reason: 'none' });
  return credential;
}

/** WebAuthn tells little on purpose: a cancelled prompt, an ended one and a missing passkey look alike. */
function ceremonyError(error: unknown, signal: AbortSignal | undefined): VaultError {
  if (signal?.aborted) return new VaultError('usage/aborted');
  const { name } = (error ?? {}) as { name?: unknown };
  const reason = typeof name === 'string' && /^[A-Za-z]{1,60}$/.test(name) ? name : 'unknown';
  if (reason === 'SecurityError') return new VaultError('usage/invalid', { argument: 'rpId', reason });
  if (reason === 'TypeError') return new VaultError('usage/invalid', { reason });
  if (reason === 'NotSupportedError' || reason === 'ConstraintError')
    return new VaultError('usage/no-passkey', { reason });
  return new VaultError('access/passkey-refused', { reason });
}

function requireWebAuthn(): void {
  // Node has no such property; a page over plain HTTP says false.
  if (globalThis.isSecureContext === false) throw new VaultError('usage/insecure-context');
  if (!hasWebAuthn()) throw new VaultError('usage/no-passkey', { reason: 'no-webauthn' });
}

function hasWebAuthn(): boolean {
  return (
    typeof PublicKeyCredential === 'function' &&
    typeof globalThis.navigator?.credentials?.create === 'function'
  );
}

function prfExtension(): AuthenticationExtensionsClientInputs {
  return { prf: { eval: { first: passkeyPrfInput() } } };
}

function idOf(credential: Credential): Uint8Array {
  const id = bytesOf((credential as { rawId?: unknown }).rawId);
  if (id === null || id.length === 0) throw new VaultError('usage/no-passkey', { reason: 'no-id' });
  return id;
}

/** Tells the passkey manager that nobody knows this passkey, so that it offers it no more. Few browsers can. */
async function takeBack(credential: Uint8Array, rpId: string): Promise<void> {
  const { signalUnknownCredential } = PublicKeyCredential as unknown as {
    signalUnknownCredential?: (what: { rpId: string; credentialId: string }) => Promise<void>;
  };
  const what = { rpId, credentialId: bytesToBase64url(credential) };
  await signalUnknownCredential?.call(PublicKeyCredential, what).catch(() => {});
}

function random(length: number): Uint8Array<ArrayBuffer> {
  return systemRandom(length) as Uint8Array<ArrayBuffer>;
}

function withSignal(signal: AbortSignal | undefined): { readonly signal?: AbortSignal } {
  return signal === undefined ? {} : { signal };
}
