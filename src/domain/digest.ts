const SHA256 = /^sha256:[0-9a-f]{64}$/;
const ANY = /^[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}$/;

/** Longest digest that is believed: sha512 has 135 characters, and the column is not meant for novels. */
const MAX_DIGEST_CHARS = 255;

/**
 * Whether a text is a digest: `sha256:` and 64 lower-case hex digits, or another algorithm by Docker's grammar
 * (`docker-hub/facts.md`, section 7). A sha256 of another length or in upper case is not one.
 */
export function isDigest(text: string): boolean {
  if (text.length > MAX_DIGEST_CHARS) return false;
  return text.toLowerCase().startsWith('sha256:') ? SHA256.test(text) : ANY.test(text);
}
