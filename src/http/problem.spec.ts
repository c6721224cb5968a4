import { describe, expect, test } from '@jest/globals';
import { BadRequestException, HttpException, ServiceUnavailableException } from '@nestjs/common';
import { invalidField, Refusal } from '../domain/refusals.js';
import { problemOf } from './problem.js';

describe('problemOf', () => {
  test('a refusal of a field names the field', () => {
    const { problem, cause } = problemOf(invalidField('image_name', 'is empty'));
    expect(cause).toBe('caller');
    expect(problem).toEqual({
      type: 'about:blank',
      title: 'Bad Request',
      status: 400,
      code: 'invalid_request',
      detail: 'image_name: is empty',
      errors: [{ field: 'image_name', message: 'is empty' }],
    });
  });

  test('a detail cannot pose as the status', () => {
    const details = { status: 200, type: 'x', title: 'x', detail: 'x', code: 'x', reason: 'digest_changed' };
    expect(problemOf(new Refusal('forbidden', 'gate', 'No.', { details })).problem).toMatchObject({
      type: 'about:blank',
      status: 403,
      code: 'gate',
      detail: 'No.',
      reason: 'digest_changed',
    });
  });

  test.each<[string, unknown, number, string, string]>([
    ["Nest's own", new BadRequestException(['a', 'b']), 400, 'a; b', 'caller'],
    ['an object of a host', new HttpException({ reason: 'x' }, 418), 418, 'Http Exception', 'caller'],
    ['a Nest 503', new ServiceUnavailableException('later'), 503, 'later', 'caller'],
    ['a Nest 500', new HttpException('secret', 500), 500, 'Something went wrong', 'bug'],
    ['a client error of a parser', status(new Error('too much'), 413), 413, '1 MB', 'caller'],
    ['a hidden client error', status(new Error('/secret/path'), 404, false), 404, 'Not Found', 'caller'],
    ['a server error of a parser', status(new Error('secret'), 500), 500, 'Something went wrong', 'bug'],
    ['an error', new Error('secret'), 500, 'Something went wrong', 'bug'],
    ['undefined', undefined, 500, 'Something went wrong', 'bug'],
    [
      'a pool that has no connection',
      new Error('timeout exceeded when trying to connect'),
      503,
      'database',
      'outage',
    ],
    ['a database that is away', wrapped({ code: 'ECONNREFUSED' }), 503, 'database', 'outage'],
    [
      'a database to which no connection can be made',
      Object.assign(new AggregateError([], 'secret'), { code: 'ECONNREFUSED' }),
      503,
      'database',
      'outage',
    ],
    [
      'a Node error of five letters',
      Object.assign(new Error('secret'), { code: 'EPERM' }),
      500,
      'wrong',
      'bug',
    ],
    ['a value out of range', wrapped({ code: '22003', severity: 'ERROR' }), 400, 'out of range', 'bug'],
    ['a lost race', wrapped({ code: '23505', severity: 'ERROR' }), 409, 'same time', 'bug'],
    ['a wrong statement', wrapped({ code: '42703', severity: 'ERROR' }), 500, 'Something went wrong', 'bug'],
  ])('%s', (_, error, expected, detail, cause) => {
    const judged = problemOf(error);
    expect(judged.problem.status).toBe(expected);
    expect(judged.problem.detail).toContain(detail);
    expect(judged.cause).toBe(cause);
    expect(JSON.stringify(judged.problem)).not.toContain('secret');
  });
});

function status(error: Error, statusCode: number, expose = true): Error {
  return Object.assign(error, { statusCode, status: statusCode, expose });
}

/** As TypeORM wraps what PostgreSQL's driver throws. */
function wrapped(driver: object): Error {
  return Object.assign(new Error('secret'), { driverError: Object.assign(new Error('secret'), driver) });
}
