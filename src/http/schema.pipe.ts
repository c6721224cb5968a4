import { Injectable, type ArgumentMetadata, type PipeTransform, type Type } from '@nestjs/common';
import { plainToInstance } from 'class-transformer';
import { getMetadataStorage, validate, ValidateIf, type ValidationError } from 'class-validator';
import { quoted } from '../domain/quoted.js';
import { Refusal, type FieldError } from '../domain/refusals.js';

/** Our deepest body is three levels; class-transformer recurses, so a megabyte of brackets must not reach it. */
const MAX_DEPTH = 10;
/** As many bad fields as anybody mends at once; a body can hold a hundred thousand. */
const MAX_ERRORS = 20;
/** Elements of a list that a message shows. */
const MOST_SHOWN = 4;

/**
 * Names that every object has already: they reach into prototypes, and class-validator, which looks fields up in a
 * plain object, takes `toString` for one of the class.
 */
const FORBIDDEN_KEYS = new Set([...Object.getOwnPropertyNames(Object.prototype), 'prototype']);

/** Parameters of these types are not ours to judge: single path values, and what param decorators of our own give. */
const BUILT_IN: readonly unknown[] = [String, Number, Boolean, Array, Object, undefined];

/**
 * Turns a body or a query into the class a controller asks for, or refuses it naming every bad field.
 *
 * The class says what it takes with class-validator's decorators, and what it does not mention is refused. Nothing in
 * a body is converted: `"yes"` is no boolean. In a query, where all is text, `true` and `false` and plain numbers
 * become what the field's TypeScript type says, one value becomes a list where a list is wanted, and a field given
 * twice is refused where it is not.
 */
@Injectable()
export class SchemaPipe implements PipeTransform<unknown, Promise<unknown>> {
  async transform(value: unknown, { type, metatype }: ArgumentMetadata): Promise<unknown> {
    if ((type !== 'body' && type !== 'query') || !metatype || BUILT_IN.includes(metatype)) return value;
    const input = objectOf(value, type);
    refuseIfAny(dangersIn(input));
    const plain = type === 'query' ? typedQuery(input, metatype as Type<object>) : input;

    const instance = plainToInstance(metatype as Type<object>, plain, { enableImplicitConversion: false });
    refuseIfAny(shapeErrorsIn(instance));
    const errors = await validate(instance, {
      whitelist: true,
      forbidNonWhitelisted: true,
      forbidUnknownValues: false,
      validationError: { target: true, value: true },
    });
    refuseIfAny(errors.flatMap((error) => fieldErrorsOf(error, '')));
    return instance;
  }
}

/**
 * The field may be left out, but `null` is a value like any other and has to be taken by the decorators beside it
 * (class-validator's `IsOptional` lets it pass).
 */
export function IfGiven(): PropertyDecorator {
  return ValidateIf((_, value) => value !== undefined);
}

function objectOf(value: unknown, type: 'body' | 'query'): Record<string, unknown> {
  if (value === undefined) return {};
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value };
  throw new Refusal(
    'invalid',
    'invalid_request',
    `The ${type} has to be a JSON object; it is ${quoted(value)}.`,
  );
}

/** What must not get as far as the libraries: keys that reach into prototypes, zero bytes and lone surrogates (PostgreSQL's text and JSON have no room for them), depth. */
function dangersIn(value: unknown, path = '', depth = 0): FieldError[] {
  if (typeof value === 'string') {
    if (value.includes('\u0000')) return [{ field: path, message: 'takes text without zero bytes' }];
    return value.isWellFormed() ? [] : [{ field: path, message: 'takes text without halves of characters' }];
  }
  if (typeof value !== 'object' || value === null) return [];
  if (depth > MAX_DEPTH) return [{ field: path, message: `is nested deeper than ${MAX_DEPTH} levels` }];
  const found: FieldError[] = [];
  for (const [key, inner] of Object.entries(value)) {
    if (found.length >= MAX_ERRORS) break;
    const at = pathTo(path, key, Array.isArray(value));
    if (FORBIDDEN_KEYS.has(key) || key.includes('\u0000') || !key.isWellFormed()) {
      found.push({ field: printableKey(at), message: 'is not a field of this request' });
    } else {
      found.push(...dangersIn(inner, at, depth + 1));
    }
  }
  return found;
}

/** Query values as the class's fields have them; what is no number or boolean stays text, for the validators to refuse. */
function typedQuery(query: Record<string, unknown>, metatype: Type<object>): Record<string, unknown> {
  const typed: Record<string, unknown> = {};
  const repeated: FieldError[] = [];
  for (const [key, value] of Object.entries(query)) {
    const wanted = designType(metatype, key);
    if (wanted === Array) typed[key] = Array.isArray(value) ? value : [value];
    else if (Array.isArray(value))
      repeated.push({ field: printableKey(key), message: 'was given more than once' });
    else typed[key] = typedValue(value, wanted);
  }
  refuseIfAny(repeated);
  return typed;
}

function typedValue(value: unknown, wanted: unknown): unknown {
  if (typeof value !== 'string') return value;
  if (wanted === Number && /^-?[0-9]{1,15}(?:\.[0-9]{1,15})?$/.test(value)) return Number(value);
  if (wanted === Boolean && (value === 'true' || value === 'false')) return value === 'true';
  return value;
}

/**
 * Lists where a field takes one object, and the other way round. class-validator goes into either for a nested field
 * and finds nothing wrong, and the code behind it reads `undefined`.
 */
function shapeErrorsIn(value: unknown, path = ''): FieldError[] {
  if (typeof value !== 'object' || value === null) return [];
  const found: FieldError[] = [];
  for (const [key, inner] of Object.entries(value)) {
    if (found.length >= MAX_ERRORS) break;
    const field = pathTo(path, key, Array.isArray(value));
    const wanted = Array.isArray(value) ? undefined : designType(value.constructor, key);
    const got = `got ${quoted(inner)}`;
    if (Array.isArray(value) && Array.isArray(inner))
      found.push({ field, message: `takes no list of lists, ${got}` });
    else if (wanted === Array && inner !== undefined && inner !== null && !Array.isArray(inner)) {
      found.push({ field, message: `takes a list, ${got}` });
    } else if (Array.isArray(inner) && wanted !== undefined && wanted !== Array && wanted !== Object) {
      found.push({ field, message: `takes no list, ${got}` });
    } else found.push(...shapeErrorsIn(inner, field));
  }
  return found;
}

/** The type TypeScript wrote down for a decorated field; `undefined` for a field the class does not have. */
function designType(metatype: unknown, key: string): unknown {
  return typeof metatype === 'function'
    ? Reflect.getMetadata('design:type', metatype.prototype as object, key)
    : undefined;
}

/** One entry for a field, however many of its rules it breaks: the first says what it is, the others are about its size. */
function fieldErrorsOf(error: ValidationError, parent: string): FieldError[] {
  const isItem = Array.isArray(error.target);
  const field = printableKey(pathTo(parent, error.property, isItem));
  const inner = (error.children ?? []).flatMap((child) =>
    fieldErrorsOf(child, pathTo(parent, error.property, isItem)),
  );
  if (!error.constraints) return inner;
  if (error.constraints['whitelistValidation'] !== undefined) {
    return [{ field, message: `is not a field of this request, which takes ${fieldsOf(error.target)}` }];
  }
  const rules = Object.entries(error.constraints).sort(([a], [b]) => rank(a) - rank(b));
  const message = withoutName(rules[0]?.[1] ?? 'is not valid', error.property);
  return [{ field, message: `${message}, got ${gotOf(error.value, message)}` }, ...inner];
}

/** Of a list whose elements are judged one by one it is the elements that tell what is wrong. */
function gotOf(value: unknown, message: string): string {
  if (value === undefined) return 'nothing';
  if (!Array.isArray(value) || !message.startsWith('each value')) return quoted(value);
  const shown = value.slice(0, MOST_SHOWN).map((element) => quoted(element));
  return [...shown, ...(value.length > MOST_SHOWN ? ['…'] : [])].join(', ');
}

/** `isString` before `isLength` before `isDefined`, which says least. */
function rank(rule: string): number {
  if (/^is(?:String|Int|Boolean|Array|Object|Number|In|Enum)$/.test(rule)) return 0;
  return rule === 'isDefined' || rule === 'isNotEmpty' ? 2 : 1;
}

/** class-validator begins with the field's name, which stands beside the message already. */
function withoutName(message: string, property: string): string {
  const each = 'each value in ';
  const rest = message.startsWith(each) ? message.slice(each.length) : message;
  if (!rest.startsWith(`${property} `)) return message;
  return message.startsWith(each)
    ? `each value ${rest.slice(property.length + 1)}`
    : rest.slice(property.length + 1);
}

function fieldsOf(target: object | undefined): string {
  if (!target) return 'no such field';
  const rules = getMetadataStorage().getTargetValidationMetadatas(target.constructor, '', false, false);
  const names = [...new Set(rules.map((rule) => rule.propertyName))].filter(Boolean).sort();
  return names.length > 0 ? names.join(', ') : 'none';
}

function pathTo(parent: string, key: string, isItem: boolean): string {
  if (isItem) return `${parent}[${key}]`;
  return parent === '' ? key : `${parent}.${key}`;
}

/** A field's name comes from outside like its value. */
function printableKey(path: string): string {
  return quoted(path).slice(1, -1);
}

function refuseIfAny(errors: readonly FieldError[]): void {
  if (errors.length === 0) return;
  const fields = errors.slice(0, MAX_ERRORS);
  const left = errors.length - fields.length;
  const sentence = fields.map(({ field, message }) => `${field}: ${message}`).join('; ');
  throw new Refusal('invalid', 'invalid_request', left > 0 ? `${sentence}; and ${left} more` : sentence, {
    fields,
  });
}
