import { parse, validate } from 'graphql';
import { expect, it } from 'vitest';
import { buildSchema } from '../../src/graph/schema.ts';
import { EXAMPLES } from '../../src/http/examples.ts';

it.each(EXAMPLES)("GraphiQL's example «$title» fits the schema", ({ query }) => {
  expect(validate(buildSchema(), parse(query)).map(({ message }) => message)).toEqual([]);
});
