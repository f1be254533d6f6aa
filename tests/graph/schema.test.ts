import { readFileSync } from 'node:fs';
import {
  type GraphQLNamedType,
  type GraphQLSchema,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isIntrospectionType,
  isObjectType,
  isSpecifiedScalarType,
  isUnionType,
} from 'graphql';
import { describe, expect, it } from 'vitest';
import { NODE_TYPES } from '../../src/domain/words.ts';
import { schemaText } from '../../src/graph/print-schema.ts';
import { buildSchema } from '../../src/graph/schema.ts';
import { ENUMS, INPUTS, INTERFACES, OBJECTS, UNIONS } from './contract.ts';

const schema = buildSchema();

const words = (text: string): string[] => text.split(/\s+/).filter((word) => word !== '');

/** The fields of a type as the contract writes them: only the arguments that it names, and non-null where it may be null. */
function fieldsOf(of: GraphQLNamedType | undefined, wanted: string[]): string[] {
  if (!isObjectType(of) && !isInterfaceType(of) && !isInputObjectType(of)) return [];
  const fields = of.getFields();
  return wanted.map((word) => {
    const [, name, args, type] = /^(\w+)(?:\(([\w,]+)\))?:(.+)$/.exec(word)!;
    const field = fields[name!];
    if (!field) return `no ${name}`;
    const has = 'args' in field ? field.args.map((arg) => arg.name) : [];
    const shown = args
      ? `(${args
          .split(',')
          .filter((arg) => has.includes(arg))
          .join(',')})`
      : '';
    const actual = String(field.type).replace(/^(\w+)Connection!$/, '$1*');
    return `${name}${shown}:${actual === `${type}!` ? type : actual}`;
  });
}

function undescribed(of: GraphQLSchema): string[] {
  const missing: string[] = [];
  const check = (path: string, element: { description?: string | null | undefined }) => {
    if (!element.description) missing.push(path);
  };
  for (const type of Object.values(of.getTypeMap())) {
    if (isIntrospectionType(type) || isSpecifiedScalarType(type)) continue;
    check(type.name, type);
    if (isEnumType(type)) for (const value of type.getValues()) check(`${type.name}.${value.name}`, value);
    if (!isObjectType(type) && !isInterfaceType(type) && !isInputObjectType(type)) continue;
    for (const field of Object.values(type.getFields())) {
      check(`${type.name}.${field.name}`, field);
      if ('args' in field)
        for (const arg of field.args) check(`${type.name}.${field.name}(${arg.name}:)`, arg);
    }
  }
  return missing;
}

describe('the schema', () => {
  it('describes every type, field, argument and enum value', () => {
    expect(undescribed(schema)).toEqual([]);
  });

  it('is the one that is committed: run `npm run schema:print` after a change', () => {
    expect(readFileSync(new URL('../../schema/schema.graphql', import.meta.url), 'utf8')).toBe(
      schemaText(schema),
    );
  });

  it.each(Object.entries({ ...OBJECTS, ...INTERFACES, ...INPUTS }))(
    'has %s as clients know it',
    (name, text) => {
      const wanted = words(text);
      expect(fieldsOf(schema.getType(name), wanted)).toEqual(wanted);
    },
  );

  it.each(Object.entries(ENUMS))('has every value of %s', (name, text) => {
    const type = schema.getType(name);
    const values = isEnumType(type) ? type.getValues().map((value) => value.name) : [];
    expect(values).toEqual(expect.arrayContaining(words(text)));
  });

  it.each(Object.entries(UNIONS))('has every member of %s', (name, text) => {
    const type = schema.getType(name);
    const members = isUnionType(type) ? type.getTypes().map((member) => member.name) : [];
    expect(members).toEqual(expect.arrayContaining(words(text)));
  });

  it('has all node types implement Node, and every error Error', () => {
    const node = schema.getType('Node');
    const nodes = isInterfaceType(node) ? schema.getPossibleTypes(node).map((type) => type.name) : [];
    expect(nodes.sort()).toEqual([...NODE_TYPES].sort());
    const results = Object.values(schema.getTypeMap()).filter(
      (t) => isUnionType(t) && t.name.endsWith('Result'),
    );
    expect(results.length).toBeGreaterThan(0);
    for (const result of results.filter(isUnionType))
      for (const member of result.getTypes())
        if (!member.name.endsWith('Payload')) expect(member.getInterfaces().map(String)).toEqual(['Error']);
  });

  it('asks for exactly one thing in SeenBeforeInput', () => {
    const input = schema.getType('SeenBeforeInput');
    expect(isInputObjectType(input) && input.isOneOf).toBe(true);
  });
});
