// What this process has learnt of the forms of each partition: rebuilt from one stored example per form, and kept up
// with what other processes add.
import type pg from 'pg';
import { Turns } from '../../domain/turns.ts';
import { Analysis } from '../../signature/analysis.ts';
import { Generaliser } from '../../signature/generalise.ts';
import { tokensOf } from '../../signature/shape.ts';
import { readLearnt } from '../../store/forms.ts';

interface Partition {
  readonly generaliser: Generaliser;
  seq: number;
}

/** Forms kept over all partitions and tenants; beyond it all is forgotten, and rebuilt where it is needed. */
const MAX_FORMS_KEPT = 200_000;

export class FamilyLearner {
  readonly #tenants = new Map<number, Map<string, Partition>>();
  readonly #analysis = new Analysis();
  #formsKept = 0;

  /** Takes in what is new in the partition; returns the keys whose families that changed. */
  async learn(client: pg.ClientBase, tenantId: number, partition: string): Promise<Set<string>> {
    const known = this.#partition(tenantId, partition);
    const moved = new Set<string>();
    const turns = new Turns();
    for (const form of await readLearnt(client, tenantId, partition, known.seq)) {
      if (turns.isOver) await turns.next();
      const before = known.generaliser.forms;
      const tokens = tokensOf(this.#analysis.read(form.example));
      for (const { from, to } of known.generaliser.add({ key: form.key, tokens }, form.firstUs)) {
        moved.add(from).add(to);
      }
      this.#formsKept += known.generaliser.forms - before;
      known.seq = Math.max(known.seq, form.seq);
    }
    return moved;
  }

  /** The key that the family of `key` goes by. */
  rootOf(tenantId: number, partition: string, key: string): string {
    return this.#partition(tenantId, partition).generaliser.rootOf(key);
  }

  /** The keys of all forms of the family of `key`. */
  membersOf(tenantId: number, partition: string, key: string): string[] {
    return this.#partition(tenantId, partition).generaliser.membersOf(key);
  }

  /** The key of the family that a message of no stored form would join; null when it would stand alone. */
  familyOf(tenantId: number, partition: string, message: string): string | null {
    const { generaliser } = this.#partition(tenantId, partition);
    return generaliser.lookup(tokensOf(this.#analysis.read(message)));
  }

  /** What was learnt in a transaction that failed is not so. */
  forget(tenantId: number): void {
    for (const { generaliser } of this.#tenants.get(tenantId)?.values() ?? []) {
      this.#formsKept -= generaliser.forms;
    }
    this.#tenants.delete(tenantId);
  }

  #partition(tenantId: number, partition: string): Partition {
    const partitions = this.#tenants.get(tenantId) ?? new Map<string, Partition>();
    this.#tenants.set(tenantId, partitions);
    let known = partitions.get(partition);
    if (known === undefined) {
      if (this.#formsKept > MAX_FORMS_KEPT) this.#forgetOthers(tenantId);
      known = { generaliser: new Generaliser(Number.POSITIVE_INFINITY), seq: 0 };
      partitions.set(partition, known);
    }
    return known;
  }

  #forgetOthers(tenantId: number): void {
    for (const other of [...this.#tenants.keys()]) if (other !== tenantId) this.forget(other);
  }
}
