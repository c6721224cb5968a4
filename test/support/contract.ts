import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import type { OpenAPIObject } from '@nestjs/swagger';

/** A JSON Schema, as far as it is looked into here. */
export interface Schema {
  $ref?: string;
  type?: string | string[];
  enum?: unknown[];
  anyOf?: Schema[];
  allOf?: Schema[];
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  additionalProperties?: boolean | Schema;
  minimum?: number;
  maximum?: number;
  minLength?: number;
  maxLength?: number;
  minItems?: number;
  maxItems?: number;
  pattern?: string;
  format?: string;
  example?: unknown;
}

/** One operation of the document. */
export interface Operation {
  method: string;
  /** With `{id}`, as the document has it. */
  path: string;
  /** The least role; null: public. */
  role: string | null;
  parameters: { in: 'path' | 'query' | 'header'; name: string; required: boolean; schema: Schema }[];
  body: Schema | null;
  /** By status and media type. */
  answers: Record<string, Record<string, Schema>>;
}

/** What came back. */
export interface Answer {
  status: number;
  /** `Content-Type` as sent. */
  type: string;
  text: string;
}

/**
 * The OpenAPI document as something that answers can be held to: a status, a media type, a field or a value that it does
 * not mention is a complaint. (For clients further fields are no break, so the document itself does not forbid them.)
 */
export class Contract {
  readonly operations: Operation[];
  readonly schemas: Record<string, Schema>;
  private readonly ajv = new Ajv2020({ strict: false, allErrors: true, validateFormats: true });
  private readonly validators = new Map<Schema, ValidateFunction>();

  constructor(document: OpenAPIObject) {
    addFormats.default(this.ajv);
    this.schemas = document.components?.schemas ?? {};
    const strict = Object.entries(this.schemas).map(
      ([name, schema]) => [name, closed(name, schema)] as const,
    );
    this.ajv.addSchema({ $id: 'document', components: { schemas: Object.fromEntries(strict) } });
    this.operations = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.entries(methods as Record<string, RawOperation>).map(([method, raw]) =>
        operationOf(method, path, raw),
      ),
    );
  }

  /** The operation at a real address; null where the document has none. */
  find(method: string, path: string): Operation | null {
    const fits = this.operations.filter(
      (operation) => operation.method === method && patternOf(operation.path).test(path),
    );
    // `images/categories` rather than `images/{id}`.
    return fits.sort((a, b) => placeholders(a.path) - placeholders(b.path))[0] ?? null;
  }

  /** What is wrong with an answer; empty: nothing. */
  complaints(operation: Operation, answer: Answer): string[] {
    const media = operation.answers[String(answer.status)];
    if (media === undefined) return [`answers ${answer.status}, which the document does not mention`];
    const type = answer.type.split(';')[0] ?? '';
    const schema = media[type];
    if (schema === undefined)
      return [`answers ${answer.status} as ${type || 'nothing'}, not ${Object.keys(media).join()}`];
    if (!/json$/.test(type)) return [];
    const validate = this.validatorOf(schema);
    if (validate(JSON.parse(answer.text))) return [];
    return (validate.errors ?? []).map(
      ({ instancePath, message, params }) =>
        `${answer.status} ${instancePath} ${message} ${JSON.stringify(params)}`,
    );
  }

  private validatorOf(schema: Schema): ValidateFunction {
    const known = this.validators.get(schema);
    if (known) return known;
    const own = JSON.parse(JSON.stringify(schema).replaceAll('"#/', '"document#/')) as object;
    const made = this.ajv.compile(own);
    this.validators.set(schema, made);
    return made;
  }
}

interface RawOperation {
  'x-role'?: string;
  parameters?: {
    in: Operation['parameters'][number]['in'];
    name: string;
    required?: boolean;
    schema: Schema;
  }[];
  requestBody?: { content?: Record<string, { schema: Schema }> };
  responses: Record<string, { content?: Record<string, { schema: Schema }> }>;
}

function operationOf(method: string, path: string, raw: RawOperation): Operation {
  return {
    method: method.toUpperCase(),
    path,
    role: raw['x-role'] ?? null,
    parameters: (raw.parameters ?? []).map((one) => ({ ...one, required: one.required ?? false })),
    body: raw.requestBody?.content?.['application/json']?.schema ?? null,
    answers: Object.fromEntries(
      Object.entries(raw.responses).map(([status, { content = {} }]) => [
        status,
        Object.fromEntries(Object.entries(content).map(([type, { schema }]) => [type, schema])),
      ]),
    ),
  };
}

/** Problems have members of their own by code (RFC 9457); everything else has what the document says. */
function closed(name: string, schema: Schema): Schema {
  if (name === 'ProblemDocument' || schema.properties === undefined) return schema;
  return { additionalProperties: false, ...schema };
}

function patternOf(path: string): RegExp {
  return new RegExp(`^${path.replace(/[.]/g, '\\.').replace(/\{\w+\}/g, '[^/]+')}$`);
}

function placeholders(path: string): number {
  return path.split('{').length;
}
