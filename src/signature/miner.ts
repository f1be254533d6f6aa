// Finds the families of a stream of messages in memory, as the server does with its database: for the command line.
import { Analysis } from './analysis.ts';
import type { Alias } from './families.ts';
import type { CountedForm, CountedForms } from './form-counter.ts';
import { FormTable } from './form-table.ts';
import { Generaliser } from './generalise.ts';
import { balanceBrackets, joinTemplates } from './join-templates.ts';
import { coarseDigest, formatKey, KeyMaker } from './key.ts';
import { patternText, WILDCARD } from './pattern.ts';
import { tokensOf } from './shape.ts';
import { Template } from './template.ts';

/** One canonical form and the lines that have it. */
export interface MinedForm {
  key: string;
  /** The key of the family that it was joined into when it was first seen. */
  assigned: string;
  /** The readable template of its first line. */
  pattern: string;
  partition: string;
  count: number;
  firstLine: number;
  lastLine: number;
  example: string;
  /** Null for the coarse form that takes what exceeds the bound of a partition. */
  template: Template | null;
}

/** Forms that were joined, under the key of the oldest. */
export interface MinedFamily {
  key: string;
  count: number;
  firstLine: number;
  lastLine: number;
  example: string;
  pattern: string;
  forms: number;
  /** Messages that were not told apart, because their partition holds too many forms. */
  coarse: boolean;
}

export class Miner {
  readonly forms: MinedForm[] = [];
  readonly aliases: Alias[] = [];
  /** The partitions that hold more forms than they may, and tell new ones apart only coarsely. */
  readonly full = new Set<string>();
  readonly #analysis = new Analysis();
  readonly #keys = new KeyMaker();
  readonly #table = new FormTable();
  readonly #indexOfKey = new Map<string, number>();
  readonly #generalisers = new Map<string, Generaliser>();
  readonly #maxForms: number | undefined;
  #lines = 0;
  #messages = 0;

  /** `maxForms` bounds each partition. */
  constructor(maxForms?: number) {
    this.#maxForms = maxForms;
  }

  get lines(): number {
    return this.#lines;
  }

  get messages(): number {
    return this.#messages;
  }

  /** Signs the next message, which takes up `lines`; they count from 1. */
  observe(message: string, partition = '', lines = 1): MinedForm {
    const line = this.#lines + 1;
    this.#lines += lines;
    this.#messages++;
    const analysis = this.#analysis.read(message);
    this.#keys.digest(analysis.form, partition);
    const { high, low } = this.#keys;
    const index = this.#table.find(high, low);
    if (index < 0) return this.#meet(message, partition, line);
    const form = this.forms[index]!;
    form.count++;
    form.lastLine = line;
    form.template?.runs.observe(analysis);
    return form;
  }

  /** Takes in the next lines, counted elsewhere: the same as observing each of their messages here. */
  take(counted: CountedForms): void {
    for (const form of counted.forms) this.#takeForm(form, this.#lines);
    this.#lines += counted.lines;
    this.#messages += counted.messages;
  }

  #takeForm(counted: CountedForm, linesBefore: number): void {
    const { high, low, first, partition, evidence } = counted;
    const line = linesBefore + counted.firstLine;
    const known = this.#table.find(high, low);
    const form = known < 0 ? this.#meetFirst(first, partition, line) : this.#count(this.forms[known]!, line);
    form.count += counted.count - 1;
    form.lastLine = Math.max(form.lastLine, linesBefore + counted.lastLine);
    if (known >= 0 || form.key === formatKey(high, low)) form.template?.runs.merge(evidence);
  }

  #meetFirst(message: string, partition: string, line: number): MinedForm {
    this.#keys.digest(this.#analysis.read(message).form, partition);
    return this.#meet(message, partition, line);
  }

  /** The key of the family that the form belongs to by now. */
  rootOf(form: MinedForm): string {
    return this.#generaliserOf(form.partition).rootOf(form.key);
  }

  /** The families by their number of lines, then in order of appearance. */
  families(): MinedFamily[] {
    const families = new Map<string, MinedFamily>();
    for (const form of this.forms) {
      const key = this.rootOf(form);
      const pattern = form.template === null ? WILDCARD : form.template.toString();
      const { count, firstLine, lastLine, example } = form;
      const family = families.get(key);
      if (family === undefined) {
        const coarse = form.template === null;
        families.set(key, { key, count, firstLine, lastLine, example, pattern, forms: 1, coarse });
      } else {
        family.count += count;
        family.lastLine = Math.max(family.lastLine, lastLine);
        family.pattern = joinTemplates(family.pattern, pattern);
        family.forms++;
      }
    }
    const found = [...families.values()];
    for (const family of found) family.pattern = balanceBrackets(family.pattern).trim();
    return found.sort((a, b) => b.count - a.count || a.firstLine - b.firstLine);
  }

  #generaliserOf(partition: string): Generaliser {
    let generaliser = this.#generalisers.get(partition);
    if (generaliser === undefined) {
      generaliser = new Generaliser(this.#maxForms);
      this.#generalisers.set(partition, generaliser);
    }
    return generaliser;
  }

  /** A line of a form that is not stored: stores it while there is room, or counts it with the form it falls to. */
  #meet(read: string, partition: string, line: number): MinedForm {
    const message = ownCopy(read);
    this.#analysis.text = message;
    const { high, low } = this.#keys;
    const generaliser = this.#generaliserOf(partition);
    const tokens = tokensOf(this.#analysis);
    if (!generaliser.isFull) {
      const key = formatKey(high, low);
      this.aliases.push(...generaliser.add({ key, tokens }, line));
      return this.#store(
        high,
        low,
        generaliser.rootOf(key),
        new Template(this.#analysis),
        message,
        partition,
        line,
      );
    }
    this.full.add(partition);
    const joined = generaliser.lookup(tokens);
    const index = joined === null ? undefined : this.#indexOfKey.get(joined);
    if (index !== undefined) return this.#count(this.forms[index]!, line);
    const coarse = coarseDigest(partition, tokens.length);
    const known = this.#table.find(coarse.high, coarse.low);
    if (known >= 0) return this.#count(this.forms[known]!, line);
    return this.#store(
      coarse.high,
      coarse.low,
      formatKey(coarse.high, coarse.low),
      null,
      message,
      partition,
      line,
    );
  }

  #count(form: MinedForm, line: number): MinedForm {
    form.count++;
    form.lastLine = Math.max(form.lastLine, line);
    return form;
  }

  #store(
    high: number,
    low: number,
    assigned: string,
    template: Template | null,
    example: string,
    partition: string,
    line: number,
  ): MinedForm {
    const key = formatKey(high, low);
    const pattern = template === null ? WILDCARD : patternText(this.#analysis);
    const form = {
      key,
      assigned,
      pattern,
      partition,
      count: 1,
      firstLine: line,
      lastLine: line,
      example,
      template,
    };
    this.#table.add(high, low, this.forms.length);
    this.#indexOfKey.set(key, this.forms.length);
    this.forms.push(form);
    return form;
  }
}

/** A slice keeps the whole text alive that it was cut from: what is stored for long must not be one. */
const ownCopy = (text: string): string => JSON.parse(JSON.stringify(text)) as string;
