// What people write into memory: present where it must be, storable, and no longer than the field allows.
import { ValidationError } from '../domain/errors.ts';

/** Longest texts, in characters (UTF-16 code units). */
export const MAX_CHARS = {
  title: 200,
  summary: 4_000,
  recommendation: 8_000,
  hintText: 8_000,
  notes: 4_000,
  reason: 4_000,
  description: 4_000,
  reviewer: 120,
  author: 120,
  reporter: 120,
  acknowledgedBy: 120,
  incidentType: 80,
  kind: 80,
  serviceGroup: 120,
  hostname: 255,
  assetType: 80,
  platform: 120,
  ipAddress: 64,
  tag: 80,
  name: 200,
  environmentType: 80,
} as const;

export type TextField = keyof typeof MAX_CHARS;

/** Of a JSON value such as `metadata`, as text. */
const MAX_JSON_CHARS = 65_536;

/** NUL or a lone surrogate as JSON.stringify writes them; an even run of backslashes before it is plain text. */
export const UNSTORABLE_ESCAPE = /(?<!\\)(?:\\\\)*\\u(?:0000|d[89a-f])/;

const pathOf = (field: string) => ['input', field];

/** The text without surrounding white space. Throws ValidationError when it is empty, too long or not storable. */
export function requiredText(
  field: TextField,
  value: string,
  path: readonly string[] = pathOf(field),
): string {
  const text = value.trim();
  const name = path.at(-1);
  if (text === '') {
    throw new ValidationError(`"${name}" is empty: say it in at least a word.`, path);
  }
  if (text.length > MAX_CHARS[field]) {
    throw new ValidationError(
      `"${name}" has ${text.length} characters; the limit is ${MAX_CHARS[field]}. Shorten it.`,
      path,
    );
  }
  if (text.includes('\u0000')) {
    throw new ValidationError(`"${name}" holds a NUL character, which cannot be stored. Remove it.`, path);
  }
  return text;
}

/** Like {@link requiredText} where given; absent, null and blank are null. */
export function optionalText(field: TextField, value: string | null | undefined): string | null {
  return value === null || value === undefined || value.trim() === '' ? null : requiredText(field, value);
}

/** Like {@link requiredText} where given; absent and null are null, blank is an error. */
export function givenText(field: TextField, value: string | null | undefined): string | null {
  return value === null || value === undefined ? null : requiredText(field, value);
}

/** A short list of texts without repetitions, e.g. tags. Throws ValidationError with the index in its path. */
export function textList(
  field: TextField,
  listName: string,
  values: readonly string[],
  maxCount = 100,
): string[] {
  if (values.length > maxCount) {
    throw new ValidationError(
      `"${listName}" has ${values.length} entries; the limit is ${maxCount}.`,
      pathOf(listName),
    );
  }
  return [...new Set(values.map((value, i) => requiredText(field, value, ['input', listName, String(i)])))];
}

/** A JSON object that jsonb can hold. Throws ValidationError otherwise; absent and null are null. */
export function optionalJsonObject(field: string, value: unknown): Record<string, unknown> | null {
  if (value === null || value === undefined) return null;
  if (typeof value !== 'object' || Array.isArray(value)) {
    throw new ValidationError(`"${field}" must be a JSON object, e.g. {"ticket": "OPS-12"}.`, pathOf(field));
  }
  const text = JSON.stringify(value);
  if (text.length > MAX_JSON_CHARS) {
    throw new ValidationError(
      `"${field}" has ${text.length} characters as JSON; the limit is ${MAX_JSON_CHARS}.`,
      pathOf(field),
    );
  }
  if (UNSTORABLE_ESCAPE.test(text)) {
    throw new ValidationError(
      `"${field}" holds a NUL character or half of a surrogate pair, which cannot be stored. Remove it.`,
      pathOf(field),
    );
  }
  return value as Record<string, unknown>;
}

/** A share between 0 and 1 as whole millionths. Throws ValidationError outside of it. */
export function millionthsOf(field: string, share: number): number {
  if (!(share >= 0 && share <= 1)) {
    throw new ValidationError(`"${field}" is ${share}; it must lie between 0 and 1.`, pathOf(field));
  }
  return Math.round(share * 1_000_000);
}
