// Counts the forms of some lines without joining them into families: the part of mining that any thread can do by
// itself. Its result can be sent to another thread.
import { Analysis } from './analysis.ts';
import { FormTable } from './form-table.ts';
import { KeyMaker } from './key.ts';
import { Runs, type RunsEvidence } from './runs.ts';

/** One canonical form; lines are numbered from 1. */
export interface CountedForm {
  /** The two lanes of its key. */
  high: number;
  low: number;
  partition: string;
  /** The message of the first line. */
  first: string;
  count: number;
  firstLine: number;
  lastLine: number;
  evidence: RunsEvidence;
}

export interface CountedForms {
  lines: number;
  messages: number;
  /** In order of their first lines. */
  forms: CountedForm[];
}

type Counting = Omit<CountedForm, 'evidence'> & { runs: Runs };

export class FormCounter {
  readonly #analysis = new Analysis();
  readonly #keys = new KeyMaker();
  #table = new FormTable();
  #forms: Counting[] = [];
  #lines = 0;
  #messages = 0;

  /** Counts the next message, which takes up `lines`. */
  observe(message: string, partition = '', lines = 1): void {
    const line = this.#lines + 1;
    this.#lines += lines;
    this.#messages++;
    const analysis = this.#analysis.read(message);
    this.#keys.digest(analysis.form, partition);
    const { high, low } = this.#keys;
    const index = this.#table.find(high, low);
    if (index < 0) {
      this.#table.add(high, low, this.#forms.length);
      const place = { partition, first: message, firstLine: line, lastLine: line };
      this.#forms.push({ high, low, ...place, count: 1, runs: new Runs(analysis) });
      return;
    }
    const form = this.#forms[index]!;
    form.count++;
    form.lastLine = line;
    form.runs.observe(analysis);
  }

  /** What was counted since it was asked last. */
  take(): CountedForms {
    const forms = this.#forms.map(({ runs, ...form }) => ({ ...form, evidence: runs.evidence() }));
    const counted = { lines: this.#lines, messages: this.#messages, forms };
    this.#table = new FormTable();
    this.#forms = [];
    this.#lines = 0;
    this.#messages = 0;
    return counted;
  }
}
