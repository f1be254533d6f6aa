// Counts what came for the family that it belongs to. A form that is seen for the first time, or earlier than known,
// may join families, or lead its own: then what was counted so far moves in the same transaction.
import type pg from 'pg';
import { describeForm } from '../../signature/engine.ts';
import { balanceBrackets, joinTemplates } from '../../signature/join-templates.ts';
import { readBindings } from '../../store/bindings.ts';
import { type Join, joinSignatures, type MovedSeries } from '../../store/families.ts';
import {
  findRoots,
  type NamedForm,
  placeForms,
  readFamilies,
  recordSightings,
  writePatterns,
} from '../../store/forms.ts';
import type { Deltas } from '../fold/deltas.ts';
import { exampleOf, storableText } from '../sign.ts';
import { applyBindings, type BoundGroups } from './bound-view.ts';
import type { FamilyLearner } from './learner.ts';
import { stateJoined } from './state-joined.ts';

export interface Families {
  readonly client: pg.ClientBase;
  readonly tenantId: number;
  readonly learner: FamilyLearner;
}

export interface Grouping {
  /** The signature for which events of the given one are counted. */
  rootOf(signatureId: string): string;
  /** Series that were another signature's before. */
  readonly regrouped: readonly MovedSeries[];
  /** Signatures of families that may be worded otherwise now. */
  readonly changed: readonly string[];
  /** Families with news that decisions bind: what becomes of them is left to `rebind`. null: there are none. */
  readonly bound: BoundGroups | null;
}

/** Call it under the tenant's lock, before the deltas are added. `others`: more signatures whose roots are wanted. */
export async function groupFamilies(
  families: Families,
  deltas: Deltas,
  others: readonly string[],
): Promise<Grouping> {
  const { client, tenantId } = families;
  const sightings = [...deltas.signatures.values()];
  const more = others
    .filter((signatureId) => !deltas.signatures.has(signatureId))
    .map((signatureId) => ({ signatureId, firstUs: 0 }));
  const mergedInto = new Map<string, string>();
  const earlier = new Set<string>();
  for (const placed of await placeForms(client, tenantId, [...sightings, ...more])) {
    if (placed.mergedIntoId !== null) mergedInto.set(placed.signatureId, placed.mergedIntoId);
    if (placed.isEarlier) earlier.add(placed.signatureId);
  }
  const known = sightings
    .filter((s) => earlier.has(s.signatureId))
    .map((s) => ({ ...s, example: exampleOf(s.example) }));
  const { joins, regrouped, bound } = known.length === 0 ? NOTHING_JOINED : await learn(families, known);
  const joinedTo = new Map(joins.map((join) => [join.fromId, join.toId]));
  const rootOf = (signatureId: string): string => {
    const root = mergedInto.get(signatureId) ?? signatureId;
    return joinedTo.get(root) ?? root;
  };
  const changed = [...new Set([...known.map((s) => rootOf(s.signatureId)), ...joinedTo.values()])];
  return { rootOf, regrouped, changed, bound };
}

const NOTHING_JOINED = { joins: [], regrouped: [], bound: null };

type Sightings = Parameters<typeof recordSightings>[2];

async function learn(families: Families, sightings: Sightings) {
  const { client, tenantId, learner } = families;
  const forms = await recordSightings(client, tenantId, sightings);
  const moved = new Map<string, Set<string>>();
  for (const partition of new Set(forms.map((form) => form.partition))) {
    moved.set(partition, await learner.learn(client, tenantId, partition));
  }
  const bound = await takeBound(families, forms, moved);
  const joins: Join[] = [];
  for (const [partition, keys] of moved) {
    if (keys.size > 0) joins.push(...(await findJoins(families, partition, keys)));
  }
  const regrouped = await joinSignatures(client, tenantId, joins, 'GENERALISED');
  await stateJoined(families, [...sightings.map((s) => s.signatureId), ...joins.map((j) => j.fromId)]);
  return { joins, regrouped, bound };
}

/** The families with news that decisions bind. Their keys are taken out of `moved`. */
async function takeBound(
  families: Families,
  forms: readonly NamedForm[],
  moved: ReadonlyMap<string, Set<string>>,
): Promise<BoundGroups | null> {
  const { client, tenantId, learner } = families;
  const bindings = await readBindings(client, tenantId);
  if (bindings.length === 0) return null;
  const decided = await applyBindings(families, bindings);
  const isBound = (partition: string, key: string) =>
    decided.isBound(learner.rootOf(tenantId, partition, key));
  const found = forms
    .filter(({ partition, key }) => isBound(partition, key))
    .map(({ partition, key }) => ({ partition, formKey: key }));
  for (const [partition, keys] of moved) {
    for (const key of [...keys].filter((key) => isBound(partition, key))) {
      found.push({ partition, formKey: key });
      keys.delete(key);
    }
  }
  return found.length === 0 ? null : { bindings, families: found };
}

/** What the stored families lack of those that were learnt. */
async function findJoins(
  { client, tenantId, learner }: Families,
  partition: NamedForm['partition'],
  keys: ReadonlySet<string>,
): Promise<Join[]> {
  const rootOf = (key: string) => learner.rootOf(tenantId, partition, key);
  const wanted = new Set([...keys].flatMap((key) => [key, rootOf(key)]));
  const stored = await findRoots(client, tenantId, [...wanted]);
  const idOf = new Map(stored.map((form) => [form.key, form.signatureId]));
  const joins = new Map<string, Join>();
  for (const { rootId, rootKey, isCounted } of stored) {
    const toKey = rootOf(rootKey);
    const toId = idOf.get(toKey);
    if (toId === undefined || toId === rootId) continue;
    joins.set(rootId, { fromId: rootId, fromKey: rootKey, toId, toKey, isCounted });
  }
  return [...joins.values()];
}

/** Forms that a pattern is drawn from, the oldest first: more hardly change it. */
const MAX_PATTERN_FORMS = 64;

/** Words the changed families anew; returns the signatures whose wording changed. Call it after the deltas are added. */
export async function rewordFamilies(
  { client, tenantId }: Families,
  changed: readonly string[],
): Promise<string[]> {
  if (changed.length === 0) return [];
  const found = await readFamilies(client, tenantId, changed, MAX_PATTERN_FORMS);
  const reworded = found
    .map(({ rootId, pattern, examples }) => ({ rootId, before: pattern, pattern: familyPattern(examples) }))
    .filter(({ before, pattern }) => before !== pattern);
  if (reworded.length > 0) await writePatterns(client, tenantId, reworded);
  return reworded.map(({ rootId }) => rootId);
}

function familyPattern(examples: readonly string[]): string {
  const patterns = examples.map((example) => describeForm(example, '').pattern);
  return storableText(balanceBrackets(patterns.reduce(joinTemplates)).trim());
}
