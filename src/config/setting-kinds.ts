import { isIP, isIPv4 } from 'node:net';
import { Secret } from './secret.js';

/**
 * What a setting takes. `read` gets the text of a variable, or the value of an option given in code, and answers the
 * typed value, or `undefined` where it is not one: then `takes` completes the sentence "it takes …".
 */
export interface Kind<T> {
  readonly takes: string;
  readonly read: (given: unknown) => T | undefined;
  /** The value is never shown, not even in the message that refuses it. */
  readonly secret?: true;
}

export function wholeNumber(min: number, max: number, remark = ''): Kind<number> {
  return {
    takes: `a whole number from ${min} to ${max}${remark}`,
    read: (given) => {
      // Digits only: Number() alone would take "1e3", "0x10" and " 7 ".
      const number = typeof given === 'string' && /^\d{1,9}$/.test(given) ? Number(given) : given;
      return typeof number === 'number' && Number.isInteger(number) && number >= min && number <= max
        ? number
        : undefined;
    },
  };
}

export function flag(): Kind<boolean> {
  return {
    takes: 'true or false',
    read: (given) => {
      if (given === true || given === 'true') return true;
      if (given === false || given === 'false') return false;
      return undefined;
    },
  };
}

export function oneOf<const T extends string>(...choices: T[]): Kind<T> {
  return {
    takes: choices.join(', ').replace(/, (?=[^,]*$)/, ' or '),
    read: (given) => choices.find((choice) => choice === given),
  };
}

/** Text without control characters, of a length that a person would type. */
export function text(takes: string, maxLength = 255): Kind<string> {
  return {
    takes: `${takes} of at most ${maxLength} characters`,
    read: (given) =>
      // eslint-disable-next-line no-control-regex -- the control characters are what is refused
      typeof given === 'string' && given.length <= maxLength && !/[\u0000-\u001f\u007f]/.test(given)
        ? given
        : undefined,
  };
}

/** A name or an address to listen on. No port, no brackets: `PORT` is a setting of its own. */
export function hostName(): Kind<string> {
  return {
    takes: 'a host name or an IP address, without a port',
    read: (given) =>
      typeof given === 'string' &&
      given.length <= 253 &&
      (isIP(given) !== 0 || /^(?=.*[a-z])[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/i.test(given))
        ? given
        : undefined,
  };
}

/** A base address, kept without the slash at its end, so that a path is joined by writing it behind. */
export function webAddress(): Kind<string> {
  return {
    takes: 'an http or https address without user, query and fragment, such as https://hub.docker.com',
    read: (given) => {
      const url = typeof given === 'string' && URL.canParse(given) ? new URL(given) : null;
      if (url === null || !['http:', 'https:'].includes(url.protocol)) return undefined;
      if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '')
        return undefined;
      return url.href.replace(/\/+$/, '');
    },
  };
}

/**
 * An address that keys or trust come from: https, or http on this machine. Kept as it was written, since an issuer is
 * compared letter by letter and some end in a slash.
 */
export function secureAddress(): Kind<string> {
  return {
    takes:
      'an https address (http on loopback only) without user, query and fragment, of at most 2048 characters',
    read: (given) => {
      if (typeof given !== 'string' || given.length > 2048 || !URL.canParse(given)) return undefined;
      const { protocol, hostname, username, password, search, hash } = new URL(given);
      const isLocal = hostname === 'localhost' || hostname === '[::1]' || isLoopbackV4(hostname);
      if (protocol !== 'https:' && !(protocol === 'http:' && isLocal)) return undefined;
      return username + password + search + hash === '' ? given : undefined;
    },
  };
}

function isLoopbackV4(hostname: string): boolean {
  return isIPv4(hostname) && hostname.startsWith('127.');
}

/** A claim's name, or a path of names. */
export function claimPath(): Kind<string> {
  return {
    takes: 'the name of a claim, or a path of names with dots, of at most 255 printable characters',
    read: (given) => (typeof given === 'string' && /^[!-~]{1,255}$/.test(given) ? given : undefined),
  };
}

/** Proxies whose word about the caller's address is believed: Express' and Fastify's `trust proxy`, without its `true`. */
export function trustedProxies(): Kind<number | string[]> {
  return {
    takes:
      'a number of proxies from 1 to 10, or at most 100 addresses and networks (10.0.0.0/8) separated by commas',
    read: (given) => {
      if (typeof given === 'number' || (typeof given === 'string' && /^\d+$/.test(given))) {
        const hops = Number(given);
        return Number.isInteger(hops) && hops >= 1 && hops <= 10 ? hops : undefined;
      }
      const all: unknown[] | null =
        typeof given === 'string'
          ? given.split(',').map((one) => one.trim())
          : Array.isArray(given)
            ? given
            : null;
      if (all === null || all.length === 0 || all.length > 100) return undefined;
      const read = all.filter((one): one is string => typeof one === 'string' && isNetwork(one));
      return read.length === all.length ? read : undefined;
    },
  };
}

function isNetwork(text: string): boolean {
  const [address = '', bits, ...rest] = text.split('/');
  const version = isIP(address);
  if (version === 0 || rest.length > 0) return false;
  return (
    bits === undefined ||
    (/^\d{1,3}$/.test(bits) && Number(bits) >= 1 && Number(bits) <= (version === 4 ? 32 : 128))
  );
}

/** Secret, because a database address carries a password. */
export function databaseAddress(): Kind<Secret> {
  return {
    takes: 'a PostgreSQL address such as postgres://user:password@host:5432/database',
    secret: true,
    read: (given) => {
      const address = given instanceof Secret ? given.reveal() : given;
      if (typeof address !== 'string' || !URL.canParse(address)) return undefined;
      return ['postgres:', 'postgresql:'].includes(new URL(address).protocol)
        ? new Secret(address)
        : undefined;
    },
  };
}

/** A token. It goes into a header or a path, so it is printable ASCII without spaces. */
export function secretText(minLength: number): Kind<Secret> {
  return {
    takes: `${minLength} to 4096 printable characters without spaces`,
    secret: true,
    read: (given) => {
      const value = given instanceof Secret ? given.reveal() : given;
      return typeof value === 'string' && value.length >= minLength && /^[!-~]{1,4096}$/.test(value)
        ? new Secret(value)
        : undefined;
    },
  };
}

/** Names of Docker Hub namespaces, separated by commas; an array where it is given in code. */
export function namespaceList(maxNames: number): Kind<string[]> {
  return {
    takes: `at most ${maxNames} namespaces of Docker Hub in small letters, separated by commas`,
    read: (given) => {
      const names: unknown[] | null =
        typeof given === 'string'
          ? given.split(',').map((name) => name.trim())
          : Array.isArray(given)
            ? given
            : null;
      if (names === null || names.length > maxNames) return undefined;
      const read = names.filter(
        (name): name is string => typeof name === 'string' && /^[a-z0-9][a-z0-9_.-]{0,254}$/.test(name),
      );
      return read.length === names.length ? [...new Set(read)] : undefined;
    },
  };
}
