// The one place where a tenant learns anything of others: that what it asks about was seen at five or more of them.
// Only among tenants that share (`shareSignatures`), from hashes of canonical forms alone; a number is told as the step
// that it reaches, a time as its day. No line, name, value, host or service of another is read.
//
// Five are five owners: whoever runs four of them could else learn of a fifth by logging a line in the four and asking.
// Tenants with the same tag `owner:…` count once, those of the asker's owner not at all. Tenants without such a tag are
// taken for owners of their own: who gives tenants out must tag those that belong together.
import type postgres from 'postgres';
import { formatMicros, type Micros, US_PER_DAY } from '../domain/time.ts';
import { parseLine } from '../parse/parse-line.ts';
import { describeForm } from '../signature/engine.ts';
import { microsOf, spanText } from './moments.ts';
import type { SeenBeforeInput } from './seen-before/answer.ts';

export interface SeenElsewhere {
  /** So many other tenants, or more. */
  readonly atLeast: number;
  /** The day, in UTC, on which the first of them saw it. */
  readonly firstDayUs: Micros;
  /** `at 5 or more other tenants, first 3 days ago` */
  readonly text: string;
}

/** Below the first nothing is said. */
const STEPS = [5, 10, 25, 50, 100, 250, 500, 1_000] as const;
const OWNER_TAG = 'owner:%';
/** Forms of one signature that are looked for. */
const FORMS_ASKED = 64;

export interface ElsewhereQuestion {
  readonly input: SeenBeforeInput;
  /** The signature that the question was found to be about; null: none is known here. */
  readonly signatureId: string | null;
}

/** null: the tenant does not share, or fewer than five owners of others that do have seen it. */
export async function seenElsewhere(
  read: postgres.Sql,
  tenantId: number,
  nowUs: Micros,
  question: ElsewhereQuestion,
): Promise<SeenElsewhere | null> {
  const keys = await contentKeysOf(read, tenantId, nowUs, question);
  if (keys.length === 0) return null;
  const ownerOf = (of: 'me' | 't') =>
    read`(select min(lower(tag)) from unnest(${read(of)}.tags) as tag where lower(tag) like ${OWNER_TAG})`;
  const [row] = await read<{ owners: number; first_at: string | null }[]>`
    select count(distinct coalesce(${ownerOf('t')}, t.tenant_id::text))::int as owners, min(f.first_counted_at) as first_at
      from tenant me
      join tenant t on t.share_signatures and t.tenant_id <> me.tenant_id
       and (${ownerOf('t')} = ${ownerOf('me')}) is not true
      join signature_form f on f.tenant_id = t.tenant_id and f.content_key = any(${keys}::text[])
       and f.form_key is null and f.first_counted_at is not null
     where me.tenant_id = ${tenantId} and me.share_signatures`;
  const atLeast = STEPS.findLast((step) => row!.owners >= step);
  if (atLeast === undefined || row!.first_at === null) return null;
  const firstDayUs = Math.floor(microsOf(row!.first_at) / US_PER_DAY) * US_PER_DAY;
  return {
    atLeast,
    firstDayUs,
    text: `at ${atLeast} or more other tenants, first ${agoText(firstDayUs, nowUs)}`,
  };
}

const agoText = (dayUs: Micros, nowUs: Micros): string =>
  nowUs - dayUs < US_PER_DAY ? `on ${formatMicros(dayUs).slice(0, 10)}` : `${spanText(nowUs - dayUs)} ago`;

/** Hashes of what is asked, without its service: of the message itself, and of the forms of the signature it is of. */
async function contentKeysOf(
  read: postgres.Sql,
  tenantId: number,
  nowUs: Micros,
  { input, signatureId }: ElsewhereQuestion,
): Promise<string[]> {
  const own =
    'message' in input
      ? [parseLine(input.message.text, { referenceUs: nowUs }).message, input.message.text.trim()].map(
          (message) => describeForm(message, '').contentKey,
        )
      : [];
  if (signatureId === null) return [...new Set(own)];
  const forms = await read<{ content_key: string }[]>`
    select distinct f.content_key
      from signature s
      join signature_form f on f.tenant_id = ${tenantId} and f.signature_id = s.signature_id and f.form_key is null
     where s.tenant_id = ${tenantId}
       and (s.signature_id = ${signatureId}::bigint or s.merged_into_id = ${signatureId}::bigint)
     order by 1 limit ${FORMS_ASKED}`;
  return [...new Set([...own, ...forms.map((form) => form.content_key)])];
}
