// Selections of everything that a schema offers, made from the schema itself, so that a new field is walked by itself.
import {
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLObjectType,
  type GraphQLSchema,
  getNamedType,
  isAbstractType,
  isLeafType,
  isObjectType,
  isRequiredArgument,
} from 'graphql';

/** All fields of `type`, and of the nodes within it down to `depth` nodes below. */
export function selectAll(schema: GraphQLSchema, type: GraphQLNamedType, depth: number): string {
  if (isAbstractType(type)) {
    const members = schema
      .getPossibleTypes(type)
      .map((member) => `... on ${member.name} ${selectAll(schema, member, depth)}`);
    return `{ __typename ${members.join(' ')} }`;
  }
  const fields = Object.values((type as GraphQLObjectType).getFields());
  return `{ __typename ${fields.map((field) => selectField(schema, type, field, depth)).join(' ')} }`;
}

// Aliases carry the type's name: fields of several union members may share a name and not a type.
function selectField(
  schema: GraphQLSchema,
  parent: GraphQLNamedType,
  field: GraphQLField<unknown, unknown>,
  depth: number,
): string {
  if (field.args.some(isRequiredArgument)) return '';
  const type = getNamedType(field.type);
  const name = `${parent.name}_${field.name}: ${field.name}`;
  if (isLeafType(type)) return name;
  if (!isNode(schema, type)) return `${name} ${selectAll(schema, type, depth)}`;
  return depth === 0 ? '' : `${name} ${selectAll(schema, type, depth - 1)}`;
}

/** Whether it is a node, or a union or interface of nodes. */
function isNode(schema: GraphQLSchema, type: GraphQLNamedType): boolean {
  if (isAbstractType(type)) return schema.getPossibleTypes(type).every((member) => isNode(schema, member));
  return isObjectType(type) && type.getInterfaces().some((i) => i.name === 'Node');
}

/** Every global id in an answer to {@link selectAll}. */
export function idsIn(answer: unknown, found = new Set<string>()): Set<string> {
  if (typeof answer !== 'object' || answer === null) return found;
  for (const [name, value] of Object.entries(answer)) {
    if (name.endsWith('_id') && typeof value === 'string') found.add(value);
    else idsIn(value, found);
  }
  return found;
}
