/**
 * Workers under a content security policy with Trusted Types.
 *
 * Bundlers follow a worker only where they read `new Worker` around a `new URL` with a path and `import.meta.url`, and
 * just that is what Trusted Types refuse: the URL has to come from a policy. So the expression stays as it is, in a
 * callback, and runs while `Worker` is a class that notes its arguments; the policy then makes them good.
 */

/** The name that a content security policy has to list: `trusted-types coffret`. */
const POLICY = 'coffret';

interface Policy {
  createScriptURL(url: string): string;
}

interface PolicyFactory {
  createPolicy(name: string, rules: Policy): Policy;
}

let policy: Policy | null = null;

/**
 * Starts the worker that `start` makes, and nothing else, at once; the result of `start` is not used.
 *
 * Throws what the platform throws: where a policy does not list `coffret`, the worker is refused.
 */
export function startTrustedWorker(start: () => Worker): Worker {
  const factory = (globalThis as { trustedTypes?: PolicyFactory }).trustedTypes;
  if (factory === undefined) return start();
  const [url, options] = argumentsOf(start);
  policy ??= factory.createPolicy(POLICY, { createScriptURL: ownUrl });
  return new Worker(policy.createScriptURL(String(url)), options);
}

/** What `start` passes to `Worker`. Nobody else can run meanwhile. */
function argumentsOf(start: () => Worker): ConstructorParameters<typeof Worker> {
  const native = globalThis.Worker;
  let noted: ConstructorParameters<typeof Worker> | null = null;
  globalThis.Worker = class {
    constructor(...given: ConstructorParameters<typeof Worker>) {
      noted = given;
    }
  } as unknown as typeof Worker;
  try {
    start();
  } finally {
    globalThis.Worker = native;
  }
  if (noted === null) throw new TypeError('start() made no worker');
  return noted;
}

/** A worker is a file of this origin, or a copy of one that a bundler made there. */
function ownUrl(url: string): string {
  if (new URL(url, globalThis.location.href).origin !== globalThis.origin) {
    throw new TypeError(`${POLICY}: not of this origin`);
  }
  return url;
}
