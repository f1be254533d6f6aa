// Which fields of a concrete type a selection asks for: fragments flattened, @skip and @include applied.
// Fields are keyed by name and arguments, not by alias, so that two aliases of one field are read once.
import {
  type FieldNode,
  type FragmentDefinitionNode,
  GraphQLIncludeDirective,
  type GraphQLNamedType,
  type GraphQLObjectType,
  type GraphQLSchema,
  GraphQLSkipDirective,
  getDirectiveValues,
  isAbstractType,
  Kind,
  print,
  type SelectionNode,
  type SelectionSetNode,
  typeFromAST,
  type ValueNode,
} from 'graphql';

/** The document around a selection, and the coerced variables of one execution. */
export interface Operation {
  readonly schema: GraphQLSchema;
  readonly fragments: Readonly<Record<string, FragmentDefinitionNode>>;
  readonly variableValues: Readonly<Record<string, unknown>>;
}

/** All nodes of one slot: the same field with the same arguments; their selections merge. */
export type SelectedFields = ReadonlyMap<string, readonly FieldNode[]>;

const slots = new WeakMap<FieldNode, string>();

/** Where a row holds the value of this field: `name`, or `name(arg: $value)`. */
export function slotOf(node: FieldNode): string {
  if (!node.arguments?.length) return node.name.value;
  let slot = slots.get(node);
  if (slot === undefined) {
    slot = `${node.name.value}(${node.arguments.map(print).sort().join(',')})`;
    slots.set(node, slot);
  }
  return slot;
}

/** Whether the arguments hold text of the client's; numbers, names and variables repeat. */
export const hasLiterals = (node: FieldNode): boolean =>
  node.arguments?.some((argument) => isLiteral(argument.value)) ?? false;

function isLiteral(value: ValueNode): boolean {
  if (value.kind === Kind.LIST) return value.values.some(isLiteral);
  if (value.kind === Kind.OBJECT) return value.fields.some((field) => isLiteral(field.value));
  return value.kind === Kind.STRING || value.kind === Kind.FLOAT;
}

export const selectionSetsOf = (nodes: readonly FieldNode[]): SelectionSetNode[] =>
  nodes.flatMap((node) => node.selectionSet ?? []);

export function collectFields(
  operation: Operation,
  type: GraphQLObjectType,
  selectionSets: readonly SelectionSetNode[],
): SelectedFields {
  const fields = new Map<string, FieldNode[]>();
  const seen = new Set<SelectionSetNode>();
  const visit = (set: SelectionSetNode): void => {
    if (seen.has(set)) return;
    seen.add(set);
    for (const selection of set.selections) {
      if (!isIncluded(operation, selection)) continue;
      if (selection.kind === Kind.FIELD) {
        const slot = slotOf(selection);
        const nodes = fields.get(slot);
        if (nodes) nodes.push(selection);
        else fields.set(slot, [selection]);
        continue;
      }
      const fragment =
        selection.kind === Kind.INLINE_FRAGMENT ? selection : operation.fragments[selection.name.value]!;
      const condition = fragment.typeCondition && typeFromAST(operation.schema, fragment.typeCondition);
      if (!condition || appliesTo(operation.schema, condition, type)) visit(fragment.selectionSet);
    }
  };
  selectionSets.forEach(visit);
  return fields;
}

const appliesTo = (schema: GraphQLSchema, condition: GraphQLNamedType, type: GraphQLObjectType): boolean =>
  condition === type || (isAbstractType(condition) && schema.isSubType(condition, type));

function isIncluded({ variableValues }: Operation, node: SelectionNode): boolean {
  if (!node.directives?.length) return true;
  if (getDirectiveValues(GraphQLSkipDirective, node, variableValues)?.if === true) return false;
  return getDirectiveValues(GraphQLIncludeDirective, node, variableValues)?.if !== false;
}
