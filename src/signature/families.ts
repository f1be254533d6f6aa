// Disjoint sets of keys (union by root choice, path halving: Tarjan). The root of a family is its oldest member.

interface Member {
  key: string;
  firstSeenUs: number;
}

/** The join of two families: what was the root `from` now resolves to `to`. */
export interface Alias {
  from: string;
  to: string;
}

export class Families {
  readonly #parent: number[] = [];
  readonly #members: Member[] = [];
  readonly #ids = new Map<string, number>();

  get size(): number {
    return this.#members.length;
  }

  idOf(key: string): number | undefined {
    return this.#ids.get(key);
  }

  /** The id of a new family of one. */
  add(key: string, firstSeenUs: number): number {
    const id = this.#members.length;
    this.#members.push({ key, firstSeenUs });
    this.#parent.push(id);
    this.#ids.set(key, id);
    return id;
  }

  find(id: number): number {
    const parent = this.#parent;
    let at = id;
    while (parent[at] !== at) {
      parent[at] = parent[parent[at]!]!;
      at = parent[at]!;
    }
    return at;
  }

  keyOf(id: number): string {
    return this.#members[this.find(id)]!.key;
  }

  /** The keys of all members of the family of `id`. */
  membersOf(id: number): string[] {
    const root = this.find(id);
    return this.#members.filter((_, member) => this.find(member) === root).map(({ key }) => key);
  }

  /** Joins two families under the older root, ties broken by key; null when they are one already. */
  join(a: number, b: number): Alias | null {
    const left = this.find(a);
    const right = this.find(b);
    if (left === right) return null;
    const [root, child] = this.#precedes(left, right) ? [left, right] : [right, left];
    this.#parent[child] = root;
    return { from: this.#members[child]!.key, to: this.#members[root]!.key };
  }

  /** An older event of a member arrived. Returns the change of root that it causes, if any. */
  seen(id: number, firstSeenUs: number): Alias | null {
    const member = this.#members[id]!;
    if (firstSeenUs >= member.firstSeenUs) return null;
    member.firstSeenUs = firstSeenUs;
    const root = this.find(id);
    if (root === id || !this.#precedes(id, root)) return null;
    this.#parent[id] = id;
    this.#parent[root] = id;
    return { from: this.#members[root]!.key, to: member.key };
  }

  #precedes(a: number, b: number): boolean {
    const left = this.#members[a]!;
    const right = this.#members[b]!;
    if (left.firstSeenUs !== right.firstSeenUs) return left.firstSeenUs < right.firstSeenUs;
    return left.key < right.key;
  }
}
