// What the decisions ask for against what is stored: the elements of the families in question, the group that each
// belongs to, and the forms whose messages come apart otherwise than they are signed.
import { isDeepStrictEqual } from 'node:util';
import type pg from 'pg';
import type { Binding, FormFacts, Rule } from '../../domain/bindings.ts';
import { Analysis } from '../../signature/analysis.ts';
import { BoundFamilies } from '../../signature/bound-families.ts';
import { tokensOf } from '../../signature/shape.ts';
import { type Element, readElements } from '../../store/elements.ts';
import { readRulesOf } from '../../store/signing.ts';
import type { FamilyLearner } from './learner.ts';

/** A learnt family: the partition, and any of its forms. */
export interface FamilyName {
  readonly partition: string;
  readonly formKey: string;
}

/** Decisions, and families that they may change. */
export interface BoundGroups {
  readonly bindings: readonly Binding[];
  readonly families: readonly FamilyName[];
}

export interface GroupedElement extends Element {
  /** Equal for what belongs together. */
  readonly group: string;
}

export interface BoundView {
  readonly elements: readonly GroupedElement[];
  /** Forms whose rules differ from those that ingest obeys, with those that it should. */
  readonly outdated: ReadonlyMap<string, readonly Rule[]>;
}

export interface Viewer {
  readonly client: pg.ClientBase;
  readonly tenantId: number;
  readonly learner: FamilyLearner;
}

/** The decisions applied to what is learnt. Learns what is new in the partitions that they name. */
export async function applyBindings(
  { client, tenantId, learner }: Viewer,
  bindings: readonly Binding[],
): Promise<BoundFamilies> {
  const partitions = new Set(bindings.flatMap(({ anchors }) => anchors.map((anchor) => anchor.partition)));
  for (const partition of partitions) await learner.learn(client, tenantId, partition);
  return new BoundFamilies(bindings, (partition, form) => learner.rootOf(tenantId, partition, form));
}

/** Looks at the named families, and at all that decisions tie to them. */
export async function viewBound(
  viewer: Viewer,
  bindings: readonly Binding[],
  bound: BoundFamilies,
  names: readonly FamilyName[],
): Promise<BoundView> {
  const { client, tenantId, learner } = viewer;
  const partitionOf = new Map<string, string>();
  const named = [
    ...bindings.flatMap(({ anchors }) => anchors.map((a) => ({ partition: a.partition, formKey: a.key }))),
    ...names,
  ];
  for (const { partition, formKey } of named) {
    partitionOf.set(learner.rootOf(tenantId, partition, formKey), partition);
  }
  const families = bound.closure(
    names.map(({ partition, formKey }) => learner.rootOf(tenantId, partition, formKey)),
  );
  const familyOf = new Map<string, string>();
  for (const family of families) {
    const forms = learner.membersOf(tenantId, partitionOf.get(family)!, family);
    for (const form of forms) familyOf.set(form, family);
  }
  const stored = await readElements(client, tenantId, [...familyOf.keys()]);
  const facts = new Map(stored.map(({ formKey, formExample }) => [formKey, factsOf(formKey, formExample)]));
  const elements = stored.map((element) => {
    const form = facts.get(element.formKey)!;
    return { ...element, group: bound.groupOf(familyOf.get(element.formKey)!, form, element.key) };
  });
  const obeyed = await readRulesOf(client, tenantId, [...facts.keys()]);
  const outdated = new Map<string, readonly Rule[]>();
  for (const [formKey, form] of facts) {
    const wanted = inOrder(bound.rulesOf(familyOf.get(formKey)!, form));
    if (!isDeepStrictEqual(wanted, obeyed.get(formKey) ?? [])) outdated.set(formKey, wanted);
  }
  return { elements, outdated };
}

const analysis = new Analysis();

export function factsOf(key: string, example: string): FormFacts {
  const words = tokensOf(analysis.read(example)).flatMap(({ text }) => text ?? []);
  return { key, words: [...new Set(words)] };
}

/** As the database keeps them: by key, each key's in the order in which to ask. */
const inOrder = (rules: readonly Rule[]): Rule[] =>
  rules
    .map((rule, position) => ({ rule, position }))
    .sort((a, b) => (a.rule.key < b.rule.key ? -1 : a.rule.key > b.rule.key ? 1 : a.position - b.position))
    .map(({ rule }) => rule);
