import { Param, type PipeTransform } from '@nestjs/common';
import { ApiParam } from '@nestjs/swagger';
import { quoted } from '../domain/quoted.js';
import { invalidField, Refusal } from '../domain/refusals.js';

/** The largest value of the column, `integer`. */
const MAX_ID = 2_147_483_647;

/**
 * Reads an id from the path: a positive integer, or a 400 that names the parameter. One beyond the column's range is
 * a positive integer that nothing can have, hence a 404 (SPEC 7), and never an error of PostgreSQL.
 */
export class IdPipe implements PipeTransform<string, number> {
  constructor(private readonly name: string) {}

  transform(value: string): number {
    if (typeof value !== 'string' || !/^[1-9][0-9]*$/.test(value)) {
      throw invalidField(this.name, `takes a positive whole number, got ${quoted(value)}`);
    }
    const id = Number(value);
    if (id > MAX_ID)
      throw new Refusal('not_found', 'not_found', `Nothing has the ${this.name} ${quoted(value)}.`);
    return id;
  }
}

/**
 * An id in the path as a parameter of a controller's method, judged and documented.
 *
 * @example approve(@IdParam('id') id: number)
 */
export function IdParam(name: string): ParameterDecorator {
  return (target, method, index) => {
    Param(name, new IdPipe(name))(target, method, index);
    const descriptor = method && Object.getOwnPropertyDescriptor(target, method);
    if (!descriptor) return;
    ApiParam({ name, schema: { type: 'integer', minimum: 1, maximum: MAX_ID } })(target, method, descriptor);
  };
}
