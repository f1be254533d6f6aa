// What the input names to part by, checked.
import type pg from 'pg';
import {
  type FormParting,
  type MessageParting,
  PART_FIELDS,
  type PartField,
  type Parting,
} from '../../domain/bindings.ts';
import { LimitExceededError, ValidationError } from '../../domain/errors.ts';
import { WILDCARD } from '../../signature/pattern.ts';
import { type NamedSignature, readFormKeys } from '../../store/named-signatures.ts';
import { notFound } from '../rows.ts';

/** Exactly one is given. */
export interface SplitBy {
  readonly parameter?: { readonly index: number; readonly values: readonly string[] } | null | undefined;
  readonly field?: { readonly name: PartField; readonly values: readonly string[] } | null | undefined;
  readonly word?: string | null | undefined;
  /** Row ids of signatures that were joined into the one to split. */
  readonly signatureIds?: readonly string[] | null | undefined;
}

const MAX_VALUES = 50;
const MAX_VALUE_CHARS = 1_000;
const PATH = ['input', 'by'];

export async function partingOf(
  client: pg.ClientBase,
  tenantId: number,
  named: NamedSignature,
  by: SplitBy,
): Promise<Parting> {
  if (by.parameter != null) return byParameter(named, by.parameter);
  if (by.field != null) return byField(by.field);
  if (by.word != null) return byWord(by.word);
  if (by.signatureIds != null) return bySignatures(client, tenantId, by.signatureIds);
  throw new ValidationError('"by" is empty: give one of parameter, field, word and signatureIds.', PATH);
}

function byParameter(
  named: NamedSignature,
  { index, values }: NonNullable<SplitBy['parameter']>,
): MessageParting {
  const wildcards = named.pattern.split(WILDCARD).length - 1;
  if (index < 0 || (named.isFamily && index >= wildcards)) {
    throw new ValidationError(
      `"index" is ${index}, but the pattern «${named.pattern}» has ${wildcards} ${WILDCARD}, counted from 0: take it from Signature.parameters.`,
      [...PATH, 'parameter', 'index'],
    );
  }
  const checked = valuesOf(values, [...PATH, 'parameter', 'values']);
  return { by: 'PARAMETER', pattern: named.isFamily ? named.pattern : null, index, values: checked };
}

function byField({ name, values }: NonNullable<SplitBy['field']>): MessageParting {
  const path = [...PATH, 'field', 'values'];
  if (!PART_FIELDS.includes(name)) throw new ValidationError(`"${name}" is no field of an event.`, path);
  const checked = valuesOf(values, path);
  const odd = name === 'httpStatus' ? checked.find((value) => !/^[1-5]\d\d$/.test(value)) : undefined;
  if (odd !== undefined) throw new ValidationError(`"${odd}" is no HTTP status: write one like 500.`, path);
  return { by: 'FIELD', field: name, values: checked };
}

function valuesOf(values: readonly string[], path: readonly string[]): string[] {
  const different = [...new Set(values)].sort();
  if (different.length === 0) throw new ValidationError('"values" is empty: name a value at least.', path);
  if (different.length > MAX_VALUES)
    throw new LimitExceededError(`"values" has ${different.length}; the limit is ${MAX_VALUES}.`, path);
  if (different.some((value) => value === '' || value.length > MAX_VALUE_CHARS || value.includes('\u0000')))
    throw new ValidationError(`A value has 1 to ${MAX_VALUE_CHARS} characters, none of them NUL.`, path);
  return different;
}

function byWord(word: string): FormParting {
  if (/^\S+$/.test(word) && word.length <= MAX_VALUE_CHARS && !word.includes('\u0000'))
    return { by: 'WORD', word };
  throw new ValidationError('"word" must be one word, as it stands in the messages.', [...PATH, 'word']);
}

async function bySignatures(
  client: pg.ClientBase,
  tenantId: number,
  ids: readonly string[],
): Promise<FormParting> {
  const path = [...PATH, 'signatureIds'];
  if (ids.length === 0) throw new ValidationError('"signatureIds" is empty: name a form at least.', path);
  const keys = await readFormKeys(client, tenantId, ids);
  const unknown = ids.findIndex((id) => !keys.has(id));
  if (unknown >= 0) throw notFound('signature', [...path, String(unknown)]);
  return { by: 'FORMS', keys: [...new Set(keys.values())].sort() };
}
