// Brings what is stored in line with what people decided: messages are signed anew where they come apart otherwise,
// what was counted together comes apart, what was counted apart is joined. All of it in the caller's transaction, under
// the tenant's lock.

import { describeForm } from '../../signature/engine.ts';
import { type Join, joinSignatures, type MovedSeries } from '../../store/families.ts';
import { partSignatures, restateCounts } from '../../store/part-signatures.ts';
import type { PartedMember } from '../../store/parted-member.ts';
import { stopSigning, writeRulesOf } from '../../store/signing.ts';
import { readStake } from '../../store/stake.ts';
import { groupBy } from '../detect/touched.ts';
import { exampleOf, storableText } from '../sign.ts';
import {
  applyBindings,
  type BoundGroups,
  type BoundView,
  type FamilyName,
  type GroupedElement,
  type Viewer,
  viewBound,
} from './bound-view.ts';
import { resignForms } from './resign.ts';
import { stateJoined } from './state-joined.ts';

export interface RebindScope extends BoundGroups {
  /** Events that may be signed anew. */
  readonly limit: number;
}

export interface Rebound {
  /** Where what was counted for the given signature is counted now, if all of it went to one. */
  rootOf(signatureId: string): string;
  readonly regrouped: readonly MovedSeries[];
  /** Signatures whose families changed. */
  readonly changed: readonly string[];
  readonly events: number;
  readonly candidateIds: ReadonlySet<string>;
  readonly incidentIds: ReadonlySet<string>;
  /** The families as they are now. */
  readonly elements: readonly GroupedElement[];
}

/** `countRest` counts all that is stored and not counted yet, and returns the bound families in which that changed anything. */
export async function rebind(
  viewer: Viewer,
  { bindings, families, limit }: RebindScope,
  countRest: () => Promise<readonly FamilyName[]>,
): Promise<Rebound> {
  const names = [...families];
  const look = async () => viewBound(viewer, bindings, await applyBindings(viewer, bindings), names);
  const rebinder = new Rebinder(viewer);
  let view = await look();
  if (view.outdated.size > 0 || needsParting(view)) {
    await stopSigning(viewer.client, viewer.tenantId);
    names.push(...(await countRest()));
    view = await look();
    if (view.outdated.size > 0) {
      await rebinder.resign(view, limit);
      view = await look();
    }
    await rebinder.part(view);
    view = await look();
  }
  await rebinder.join(view);
  await rebinder.restate(await look());
  return rebinder;
}

const needsParting = ({ elements }: BoundView): boolean =>
  [...groupBy(elements, ({ rootId }) => rootId).values()].some(
    (ofRoot) => new Set(ofRoot.map(({ group }) => group)).size > 1,
  );

/** The oldest by its first counted message; of several at that time the least key. What has none comes last. */
const oldest = (elements: readonly GroupedElement[]): GroupedElement =>
  elements.reduce((a, b) => {
    const [x, y] = [a.firstUs ?? Number.POSITIVE_INFINITY, b.firstUs ?? Number.POSITIVE_INFINITY];
    return x < y || (x === y && a.key <= b.key) ? a : b;
  });

/** The first counted message of all; of several at that time the least. */
const firstExample = (elements: readonly GroupedElement[]): string | null =>
  elements
    .filter(({ firstUs }) => firstUs !== null)
    .sort((a, b) => a.firstUs! - b.firstUs! || (a.example < b.example ? -1 : 1))[0]?.example ?? null;

class Rebinder implements Rebound {
  readonly regrouped: MovedSeries[] = [];
  readonly candidateIds = new Set<string>();
  readonly incidentIds = new Set<string>();
  events = 0;
  elements: readonly GroupedElement[] = [];
  readonly #viewer: Viewer;
  readonly #joined = new Map<string, string>();
  readonly #changed = new Set<string>();

  constructor(viewer: Viewer) {
    this.#viewer = viewer;
  }

  get changed(): string[] {
    return [...this.#changed];
  }

  rootOf(signatureId: string): string {
    const to = this.#joined.get(signatureId);
    return to === undefined ? signatureId : this.rootOf(to);
  }

  /** Signs the events of outdated forms anew: within one signature, so that no count changes yet. */
  async resign({ elements, outdated }: BoundView, limit: number): Promise<void> {
    const { client, tenantId } = this.#viewer;
    const parts = groupBy(
      elements.filter(({ formKey }) => outdated.has(formKey)),
      ({ formKey }) => formKey,
    );
    await this.#join(joinsWithin(parts.values()), 'REBOUND');
    const forms = [...parts].map(([formKey, ofForm]) => ({
      formKey,
      rules: outdated.get(formKey)!,
      elements: ofForm.map((element) => ({ ...element, rootId: this.rootOf(element.rootId) })),
    }));
    await resignForms(client, tenantId, forms, limit);
    await writeRulesOf(client, tenantId, outdated);
  }

  /** Parts what is counted for one signature and belongs to several groups. */
  async part({ elements }: BoundView): Promise<void> {
    const members: PartedMember[] = [];
    for (const [fromId, ofRoot] of groupBy(elements, ({ rootId }) => rootId)) {
      const stays = ofRoot.find(({ signatureId }) => signatureId === fromId)!.group;
      for (const [group, ofGroup] of groupBy(ofRoot, (element) => element.group)) {
        if (group === stays) continue;
        const toId = oldest(ofGroup).signatureId;
        for (const { signatureId } of ofGroup) members.push({ memberId: signatureId, fromId, toId });
        this.#changed.add(toId);
      }
      this.#changed.add(fromId);
    }
    if (members.length === 0) return;
    const { client, tenantId } = this.#viewer;
    const parted = await partSignatures(client, tenantId, members);
    this.regrouped.push(...parted.series);
    this.#take(parted);
    // What is counted for a signature says what its own events say, before anything joins it.
    await this.#restateCounts(
      members.flatMap(({ fromId, toId }) => [fromId, toId]),
      elements,
      members,
    );
  }

  /** Joins what belongs to one group and is counted for several signatures, or not for the oldest. */
  async join({ elements }: BoundView): Promise<void> {
    const joins: Join[] = [];
    for (const ofGroup of groupBy(elements, ({ group }) => group).values()) {
      const to = oldest(ofGroup);
      for (const from of new Map(ofGroup.map((element) => [element.rootId, element])).values()) {
        if (from.rootId === to.signatureId) continue;
        joins.push(joinOf(from, to));
      }
    }
    await this.#join(joins, 'BOUND');
  }

  async restate({ elements }: BoundView): Promise<void> {
    this.elements = elements;
    const roots = new Set([...this.#changed].filter((id) => elements.some(({ rootId }) => rootId === id)));
    await this.#restateCounts([...roots], elements, []);
    const touched = elements.filter(({ rootId }) => roots.has(rootId));
    await stateJoined(
      this.#viewer,
      touched.map(({ signatureId }) => signatureId),
    );
  }

  async #join(joins: readonly Join[], reason: string): Promise<void> {
    if (joins.length === 0) return;
    const { client, tenantId } = this.#viewer;
    this.#take(
      await readStake(
        client,
        tenantId,
        joins.map(({ fromId }) => fromId),
      ),
    );
    this.regrouped.push(...(await joinSignatures(client, tenantId, joins, reason)));
    for (const { fromId, toId } of joins) {
      this.#joined.set(fromId, toId);
      this.#joined.delete(toId);
      this.#changed.add(fromId).add(toId);
    }
  }

  async #restateCounts(
    ids: readonly string[],
    elements: readonly GroupedElement[],
    parted: readonly PartedMember[],
  ): Promise<void> {
    const partedTo = new Map(parted.map(({ memberId, toId }) => [memberId, toId]));
    const members = groupBy(elements, ({ signatureId, rootId }) => partedTo.get(signatureId) ?? rootId);
    const rows = [...new Set(ids)].flatMap((id) => {
      const example = firstExample(members.get(id) ?? []);
      if (example === null) return [];
      return [{ id, example: exampleOf(example), pattern: storableText(describeForm(example, '').pattern) }];
    });
    await restateCounts(this.#viewer.client, this.#viewer.tenantId, rows);
  }

  #take(moved: { events: number; candidateIds: readonly string[]; incidentIds: readonly string[] }): void {
    this.events += moved.events;
    for (const id of moved.candidateIds) this.candidateIds.add(id);
    for (const id of moved.incidentIds) this.incidentIds.add(id);
  }
}

/** Brings all parts of a form together where the form is counted, for each of the forms. */
function joinsWithin(forms: Iterable<readonly GroupedElement[]>): Join[] {
  const roots = new Map<string, GroupedElement>();
  const leadsTo = new Map<string, string>();
  const find = (id: string): string => (leadsTo.has(id) ? find(leadsTo.get(id)!) : id);
  for (const ofForm of forms) {
    const form = ofForm.find(({ key, formKey }) => key === formKey)!;
    for (const element of ofForm) {
      roots.set(element.rootId, element);
      const [from, to] = [find(element.rootId), find(form.rootId)];
      if (from !== to) leadsTo.set(from, to);
    }
  }
  return [...leadsTo.keys()].map((id) => {
    const { rootId, rootKey } = roots.get(find(id))!;
    return joinOf(roots.get(id)!, { signatureId: rootId, key: rootKey });
  });
}

const joinOf = (from: GroupedElement, to: { readonly signatureId: string; readonly key: string }): Join => ({
  fromId: from.rootId,
  fromKey: from.rootKey,
  toId: to.signatureId,
  toKey: to.key,
  isCounted: from.isCounted,
});
