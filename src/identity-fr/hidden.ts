const REDACTED = '<redacted>';

/**
 * What identifies a person, which prints and logs as `<redacted>`.
 *
 * `String(…)`, `JSON.stringify` and the console of Node show nothing of it, and a structured clone is empty. What is
 * inside comes out through the functions that say so; keep it in ciphertext only, never as a key or in a log. The
 * developer tools of a browser still show the private fields of any object.
 */
export abstract class Hidden {
  toString(): string {
    return REDACTED;
  }

  toJSON(): string {
    return REDACTED;
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return REDACTED;
  }
}
