import { GraphQLError } from 'graphql';
import { expect, it } from 'vitest';
import { silentLogger } from '../../src/domain/logger.ts';
import { errorMasker } from '../../src/http/errors.ts';
import { openReader } from '../../src/store/store.ts';
import { createTestDatabase } from '../support/database.ts';

const mask = errorMasker(silentLogger);
const shown = (cause: Error) =>
  mask(new GraphQLError('from the resolver', { originalError: cause, path: ['x'] }), 'Unexpected error.');

it('a read that runs into its time limit says how to narrow it', async () => {
  const database = await createTestDatabase();
  const read = openReader(database.target, 1);
  await read`set statement_timeout = 20`;
  const error = await read`select pg_sleep(5)`.then(
    () => null,
    (cause: Error) => shown(cause),
  );
  expect(error).toMatchObject({
    message: expect.stringContaining('Narrow it'),
    extensions: { code: 'LIMIT_EXCEEDED' },
  });
  await read.end();
  await database.drop();
});

it('a wrong variable, which graphql-js finds by itself, bears a code', () => {
  expect(mask(new GraphQLError('Variable "$x" got invalid value'), 'Unexpected error.')).toMatchObject({
    extensions: { code: 'VALIDATION' },
  });
});

it('a bug is masked', () => {
  expect(shown(new TypeError('cannot read properties of undefined'))).toMatchObject({
    message: 'Unexpected error.',
    extensions: { code: 'INTERNAL_SERVER_ERROR' },
  });
});
