// What people part a signature by. A pure function of the message, so that every process, and every later look at the
// same message, comes to the same part.
import { hash } from 'node:crypto';
import type { FormFacts, FormParting, MessageParting, PartField, Parting, Rule } from '../domain/bindings.ts';
import { parametersIn } from './family-parameters.ts';
import { KEY_VERSION } from './key.ts';

/** The typed fields of an event. */
export type Fields = Readonly<Record<PartField, string | number | null>>;

export const isOfMessages = (parting: Parting): parting is MessageParting =>
  parting.by === 'FIELD' || parting.by === 'PARAMETER';

/** Equal for partings that part alike. */
export const partingText = (parting: Parting): string => {
  switch (parting.by) {
    case 'FIELD':
      return JSON.stringify(['FIELD', parting.field, ...[...parting.values].sort()]);
    case 'PARAMETER':
      return JSON.stringify(['PARAMETER', parting.pattern, parting.index, ...[...parting.values].sort()]);
    case 'WORD':
      return JSON.stringify(['WORD', parting.word]);
    case 'FORMS':
      return JSON.stringify(['FORMS', ...[...parting.keys].sort()]);
  }
};

const KEY_DIGITS = 16;

/** The key of those messages of `key` for which the parting holds. */
export const partKey = (key: string, parting: MessageParting): string =>
  `${KEY_VERSION}:${hash('sha1', `${key}\n${partingText(parting)}`, 'hex').slice(0, KEY_DIGITS)}`;

export function holdsForForm(parting: FormParting, form: FormFacts): boolean {
  return parting.by === 'WORD' ? form.words.includes(parting.word) : parting.keys.includes(form.key);
}

/** `fields` is asked only where a typed field decides. */
export function holdsForMessage(parting: MessageParting, message: string, fields: () => Fields): boolean {
  if (parting.by === 'FIELD') {
    const value = fields()[parting.field];
    return value !== null && parting.values.includes(String(value));
  }
  const found = parametersIn(message, parting.pattern)[parting.index];
  return found !== undefined && parting.values.includes(found.value);
}

/** In short, for people: `httpStatus = 500`. */
export function partLabel(parting: Parting): string {
  switch (parting.by) {
    case 'FIELD':
      return `${parting.field} = ${parting.values.join(', ')}`;
    case 'PARAMETER':
      return `<*> ${parting.index} = ${parting.values.join(', ')}`;
    case 'WORD':
      return `with «${parting.word}»`;
    case 'FORMS':
      return parting.keys.length === 1 ? 'one form' : `${parting.keys.length} forms`;
  }
}

/** The rules that hold for a message of the form `key`, one within the other; none: it is of no part. */
export function rulesFor(
  rules: ReadonlyMap<string, readonly Rule[]>,
  key: string,
  message: string,
  fields: () => Fields,
): Rule[] {
  const held: Rule[] = [];
  for (let at = key; ; ) {
    const rule = rules.get(at)?.find(({ parting }) => holdsForMessage(parting, message, fields));
    if (rule === undefined) return held;
    held.push(rule);
    at = rule.partKey;
  }
}
