import { createHash, randomBytes } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { Secret } from '../config/secret.js';

/** In front of every token, so that a scanner of secrets, and a person, recognise one. */
const PREFIX = 'ims_';

/** 32 random bytes take 43 letters of the 62, and the checksum of 4 bytes takes 6. */
const RANDOM_LETTERS = 43;
const CHECKSUM_LETTERS = 6;
const LETTERS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const SHAPE = /^ims_[0-9A-Za-z]{49}$/;

/** A new token, `ims_` and 49 letters and digits. It is shown once; only its {@link hashOf} is kept. */
export function newToken(): Secret {
  const random = inBase62(BigInt(`0x${randomBytes(32).toString('hex')}`), RANDOM_LETTERS);
  return new Secret(PREFIX + random + checksumOf(random));
}

/** Whether it can be a token at all. The checksum turns away what was cut or mistyped without asking the database. */
export function isWellFormedToken(text: string): boolean {
  if (!SHAPE.test(text)) return false;
  const random = text.slice(PREFIX.length, PREFIX.length + RANDOM_LETTERS);
  return text.endsWith(checksumOf(random));
}

/** The id of a browser's session: as hard to guess as a token, and kept as its hash, too. */
export function newSessionId(): Secret {
  return new Secret(randomBytes(32).toString('base64url'));
}

/** What is stored of a token or a session. 256 random bits cannot be searched, so one round of SHA-256 is enough. */
export function hashOf(secret: string): Buffer {
  return createHash('sha256').update(secret).digest();
}

function checksumOf(random: string): string {
  return inBase62(BigInt(crc32(random)), CHECKSUM_LETTERS);
}

function inBase62(value: bigint, length: number): string {
  let text = '';
  for (let rest = value; text.length < length; rest /= 62n) text = LETTERS.charAt(Number(rest % 62n)) + text;
  return text;
}
