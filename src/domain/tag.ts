const TAG = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/;

/**
 * Whether a text can be a tag: `[A-Za-z0-9_][A-Za-z0-9._-]{0,127}` (OCI distribution specification; 128 characters
 * is the legal maximum, and upper case is allowed and means another tag).
 */
export function isTagName(text: string): boolean {
  return TAG.test(text);
}
