// Which stored forms may resemble a message: neighbours by min-hash, and forms that share its rarest words. One
// statement of bounded cost, however many forms there are.
import type postgres from 'postgres';
import { BITS_PER_HASH, HASHES_PER_CODE, hashRows, WORD_LANE, wordCode } from '../../signature/sketch.ts';

/** Looked at on either side of the message's place in a lane. */
const NEIGHBOURS = 24;
const RAREST_WORDS = 4;
/** A word in this many forms or more is common: rarer ones and min-hashes find the form. */
const COMMON_FROM = 400;
const FETCHED = 100;
/** Votes are whole numbers: a min-hash shared counts as so many, and so does each halving of a word's frequency. */
const VOTE = 1_000;

export interface Template {
  readonly memberId: string;
  /** Where the member is counted; itself when it is not joined into another. */
  readonly rootId: string;
  readonly memberPattern: string;
  readonly rootPattern: string;
  readonly service: string;
  /** What of its form it is, where people parted it. */
  readonly part: string | null;
  readonly count: number;
}

/** Shares of a lane's code from the first min-hash on. */
const PREFIXES = Array.from(
  { length: HASHES_PER_CODE },
  (_, i) => 2 ** (BITS_PER_HASH * (HASHES_PER_CODE - 1 - i)),
);

/** The forms with most in common first; at most 200. `words`: see sketchWords. */
export async function retrieveTemplates(
  read: postgres.Sql,
  tenantId: number,
  words: readonly string[],
): Promise<Template[]> {
  if (words.length === 0) return [];
  const lanes = hashRows(words);
  const near = (direction: 'up' | 'down') => read`
    select s.signature_id, s.code from signature_sketch s
     where s.tenant_id = ${tenantId} and s.lane = q.lane
       and ${direction === 'up' ? read`s.code >= q.code and s.code < q.first + ${PREFIXES[0]!}::bigint` : read`s.code < q.code and s.code >= q.first`}
     order by ${direction === 'up' ? read`s.code, s.signature_id` : read`s.code desc, s.signature_id desc`}
     limit ${NEIGHBOURS}`;
  const rows = await read<(Omit<Template, 'count'> & { n: string })[]>`
    with lane as materialized (
      select lane, code, code - code % ${PREFIXES[0]!}::bigint as first
        from unnest(${lanes.map((l) => l.lane)}::smallint[], ${lanes.map((l) => l.code)}::bigint[]) as l(lane, code)
    ), word as materialized (
      select w.code, (select count(*) from (select 1 from signature_sketch s
                                             where s.tenant_id = ${tenantId} and s.lane = ${WORD_LANE} and s.code = w.code
                                             limit ${COMMON_FROM}) x) as n
        from unnest(${words.map(wordCode)}::bigint[]) as w(code)
    ), rare as materialized (
      select code, (${VOTE} * (1 + ln(${COMMON_FROM}::float8 / n) / ln(2::float8)))::int as votes
        from word where n between 1 and ${COMMON_FROM - 1} order by n, code limit ${RAREST_WORDS}
    ), hit as (
      select s.signature_id, rare.votes
        from rare join signature_sketch s on s.tenant_id = ${tenantId} and s.lane = ${WORD_LANE} and s.code = rare.code
      union all
      select s.signature_id, ${VOTE} * (${sharedHashes(read)}) as votes
        from lane q cross join lateral ((${near('up')}) union all (${near('down')})) s
    ), best as (
      select signature_id, sum(votes) as votes from hit group by signature_id
       order by votes desc, signature_id limit ${FETCHED}
    )
    select m.signature_id as "memberId", r.signature_id as "rootId", m.pattern as "memberPattern",
           r.pattern as "rootPattern", r.service, r.part, r.occurrence_count as n
      from best b
      join signature m on m.tenant_id = ${tenantId} and m.signature_id = b.signature_id
      join signature r on r.tenant_id = ${tenantId} and r.signature_id = coalesce(m.merged_into_id, m.signature_id)
     where r.occurrence_count > 0
     order by b.votes desc, m.signature_id`;
  return rows.map(({ n, ...row }) => ({ ...row, count: Number(n) }));
}

/** How many min-hashes of `s.code` are those of `q.code`, from the first on. */
const sharedHashes = (read: postgres.Sql) =>
  PREFIXES.map((size) => read`(s.code / ${size}::bigint = q.code / ${size}::bigint)::int`).reduce(
    (sum, same) => read`${sum} + ${same}`,
  );
