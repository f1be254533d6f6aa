// What people decided, applied to what was learnt: families that the generaliser found are joined and parted in the
// order of the decisions. A function of the set of forms and of the decisions alone, so that neither the order in which
// forms arrive nor the process that looks makes a difference, and nothing learnt later undoes a decision.
import type { Anchor, Binding, FormFacts, MessageParting, Parting, Rule } from '../domain/bindings.ts';
import { holdsForForm, isOfMessages, partingText, partKey } from './parting.ts';

interface Group {
  readonly id: number;
  /** The decisions that made it what it is. */
  readonly madeBy: Set<string>;
  readonly leaves: Set<Node>;
}

/** What became of one learnt family: a part of it, until that is parted in turn. */
interface Node {
  group: Group;
  readonly decided: ReadonlyMap<string, boolean>;
  fork: { readonly parting: Parting; readonly yes: Node; readonly no: Node } | null;
}

/** `familyOf` names the learnt family of a form. */
export class BoundFamilies {
  readonly #roots = new Map<string, Node>();
  readonly #familyOf: (partition: string, form: string) => string;
  /** By decision, those that it builds on. */
  readonly #basis = new Map<string, ReadonlySet<string>>();
  #groups = 0;

  constructor(bindings: readonly Binding[], familyOf: (partition: string, form: string) => string) {
    this.#familyOf = familyOf;
    for (const binding of bindings) this.#apply(binding);
  }

  /** The learnt families that decisions touch. */
  get families(): IterableIterator<string> {
    return this.#roots.keys();
  }

  isBound(family: string): boolean {
    return this.#roots.has(family);
  }

  /** Equal for what belongs together. An element that no longer is one belongs where its form does. */
  groupOf(family: string, form: FormFacts, element: string): string {
    const root = this.#roots.get(family);
    if (root === undefined) return family;
    const leaves = leavesOf(root, form);
    const leaf = leaves.get(element) ?? leaves.get(form.key)!;
    return `#${leaf.group.id}`;
  }

  /** Whether the element is of those for which the parting holds; undefined: it is not parted so. */
  sideOf(family: string, form: FormFacts, element: string, parting: Parting): boolean | undefined {
    const root = this.#roots.get(family);
    if (root === undefined) return undefined;
    const leaves = leavesOf(root, form);
    return (leaves.get(element) ?? leaves.get(form.key)!).decided.get(partingText(parting));
  }

  /** By which messages of the form come apart, in the order in which to ask. */
  rulesOf(family: string, form: FormFacts): Rule[] {
    const rules: Rule[] = [];
    const root = this.#roots.get(family);
    if (root !== undefined)
      walk(root, form, (key, parting) => rules.push({ key, parting, partKey: partKey(key, parting) }));
    return rules;
  }

  /** All families with parts in the groups of the given ones. */
  closure(families: Iterable<string>): Set<string> {
    const ofGroup = new Map<Group, Set<string>>();
    const groupsOf = new Map<string, Set<Group>>();
    for (const [family, root] of this.#roots) {
      const groups = new Set(allLeaves(root).map((leaf) => leaf.group));
      groupsOf.set(family, groups);
      for (const group of groups) ofGroup.set(group, (ofGroup.get(group) ?? new Set()).add(family));
    }
    const closed = new Set<string>();
    const open = [...families];
    for (let family = open.pop(); family !== undefined; family = open.pop()) {
      if (closed.has(family)) continue;
      closed.add(family);
      for (const group of groupsOf.get(family) ?? []) open.push(...ofGroup.get(group)!);
    }
    return closed;
  }

  /** The decisions that build on this one. */
  dependentsOf(bindingId: string): string[] {
    return [...this.#basis].filter(([, basis]) => basis.has(bindingId)).map(([id]) => id);
  }

  #apply({ id, anchors, parting }: Binding): void {
    const groups = new Set(anchors.map((anchor) => this.#leafOf(anchor).group));
    const basis = new Set([...groups].flatMap((group) => [...group.madeBy]));
    this.#basis.set(id, basis);
    const leaves = [...groups].flatMap((group) => [...group.leaves]);
    if (parting === null) this.#place(leaves, this.#group(basis, id));
    else this.#part(leaves, parting, this.#group(basis, id), this.#group(basis, id));
  }

  #part(leaves: readonly Node[], parting: Parting, yes: Group, no: Group): void {
    const text = partingText(parting);
    for (const leaf of leaves) {
      const decided = leaf.decided.get(text);
      if (decided !== undefined) {
        this.#place([leaf], decided ? yes : no);
        continue;
      }
      const child = (group: Group, holds: boolean): Node => {
        const node = { group, decided: new Map([...leaf.decided, [text, holds]]), fork: null };
        group.leaves.add(node);
        return node;
      };
      leaf.group.leaves.delete(leaf);
      leaf.fork = { parting, yes: child(yes, true), no: child(no, false) };
    }
  }

  #place(leaves: readonly Node[], group: Group): void {
    for (const leaf of leaves) {
      leaf.group.leaves.delete(leaf);
      leaf.group = group;
      group.leaves.add(leaf);
    }
  }

  #leafOf(anchor: Anchor): Node {
    const family = this.#familyOf(anchor.partition, anchor.key);
    let root = this.#roots.get(family);
    if (root === undefined) {
      root = { group: this.#group([], null), decided: new Map(), fork: null };
      root.group.leaves.add(root);
      this.#roots.set(family, root);
    }
    const leaves = leavesOf(root, anchor);
    return leaves.get(anchor.element) ?? leaves.get(anchor.key)!;
  }

  #group(madeBy: Iterable<string>, by: string | null): Group {
    return { id: ++this.#groups, madeBy: new Set(by === null ? madeBy : [...madeBy, by]), leaves: new Set() };
  }
}

/** The parts that a form's messages may go to, by key. */
const leavesOf = (root: Node, form: FormFacts): Map<string, Node> => walk(root, form, () => {});

/** Visits the partings of messages on the ways of a form through the tree; returns where the ways end, by key. */
function walk(
  root: Node,
  form: FormFacts,
  visit: (key: string, parting: MessageParting) => void,
): Map<string, Node> {
  const ends = new Map<string, Node>();
  const open: [Node, string][] = [[root, form.key]];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const [node, key] = next;
    if (node.fork === null) {
      ends.set(key, node);
      continue;
    }
    const { parting, yes, no } = node.fork;
    if (isOfMessages(parting)) {
      visit(key, parting);
      open.push([yes, partKey(key, parting)], [no, key]);
    } else {
      open.push([holdsForForm(parting, form) ? yes : no, key]);
    }
  }
  return ends;
}

function allLeaves(node: Node): Node[] {
  return node.fork === null ? [node] : [...allLeaves(node.fork.yes), ...allLeaves(node.fork.no)];
}
