import type { LoggerService } from '@nestjs/common';
import { LogLine } from './log-line.js';
import type { Settings } from './settings.js';

type Level = 'error' | 'warn' | 'info' | 'debug';

const LEVELS: readonly Level[] = ['error', 'warn', 'info', 'debug'];
const MARKS: Readonly<Record<Level, string>> = { error: '❌ ', warn: '⚠️  ', info: '', debug: '' };
const COLOURS: Readonly<Record<Level, string>> = {
  error: '\u001b[31m',
  warn: '\u001b[33m',
  info: '',
  debug: '\u001b[2m',
};
const DIM = '\u001b[36m';
const RESET = '\u001b[0m';

/** Contexts in which Nest narrates its own start; of interest to nobody but who debugs the wiring. */
const NEST_START = new Set([
  'NestFactory',
  'InstanceLoader',
  'RoutesResolver',
  'RouterExplorer',
  'NestApplication',
]);

/**
 * The stand-alone service's logger. `pretty` prints the user's lines, `[Context] message`, coloured on a terminal
 * only; `json` one object a line with time, level, context, message and the line's fields.
 *
 * Nothing from outside can forge a line: control characters are escaped in `pretty` and by JSON in `json`.
 */
export class ServiceLogger implements LoggerService {
  private readonly mostVerbose: number;
  private readonly isJson: boolean;
  private readonly isColoured: boolean;

  constructor(
    settings: Pick<Settings, 'logFormat' | 'logLevel'>,
    private readonly output: { write(text: string): unknown; isTTY?: boolean } = process.stdout,
  ) {
    this.mostVerbose = LEVELS.indexOf(settings.logLevel);
    this.isJson = settings.logFormat === 'json';
    this.isColoured = output.isTTY === true && !process.env['NO_COLOR'];
  }

  log(message: unknown, ...rest: unknown[]): void {
    this.print('info', message, rest);
  }
  error(message: unknown, ...rest: unknown[]): void {
    this.print('error', message, rest);
  }
  warn(message: unknown, ...rest: unknown[]): void {
    this.print('warn', message, rest);
  }
  debug(message: unknown, ...rest: unknown[]): void {
    this.print('debug', message, rest);
  }
  verbose(message: unknown, ...rest: unknown[]): void {
    this.print('debug', message, rest);
  }
  fatal(message: unknown, ...rest: unknown[]): void {
    this.print('error', message, rest);
  }

  /** Nest hands over the context last, and a stack before it where there is one. */
  private print(wanted: Level, message: unknown, rest: unknown[]): void {
    const context = typeof rest.at(-1) === 'string' ? (rest.at(-1) as string) : '';
    const level = wanted === 'info' && NEST_START.has(context) ? 'debug' : wanted;
    if (LEVELS.indexOf(level) > this.mostVerbose) return;
    const stack = rest.slice(0, -1).find((value) => typeof value === 'string');
    const line = message instanceof LogLine ? message : new LogLine(textOf(message));
    const detail = message instanceof Error ? message.stack : stack;
    this.output.write(
      `${this.isJson ? asJson(level, context, line, detail) : this.asText(level, context, line, detail)}\n`,
    );
  }

  private asText(level: Level, context: string, line: LogLine, detail: string | undefined): string {
    const message = MARKS[level] + escapeControls(line.message);
    const rest = detail
      ? `\n${detail
          .split('\n')
          .map((row) => `    ${escapeControls(row)}`)
          .join('\n')}`
      : '';
    const prefix = context === '' ? '' : `[${escapeControls(context)}] `;
    if (!this.isColoured) return prefix + message + rest;
    return `${DIM}${prefix}${RESET}${COLOURS[level]}${message}${COLOURS[level] && RESET}${rest}`;
  }
}

function asJson(level: Level, context: string, line: LogLine, detail: string | undefined): string {
  return JSON.stringify({
    time: new Date().toISOString(),
    level,
    context: context || undefined,
    message: line.message,
    ...Object.fromEntries(Object.entries(line.fields).filter(([, value]) => value !== null)),
    stack: detail,
  });
}

function textOf(message: unknown): string {
  if (typeof message === 'string') return message;
  if (message instanceof Error) return message.message;
  return JSON.stringify(message) ?? String(message);
}

/** Line breaks, escape sequences, direction marks: everything that could make one line look like another. */
export function escapeControls(text: string): string {
  // eslint-disable-next-line no-control-regex
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g, (char) => {
    return `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
}
