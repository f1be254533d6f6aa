import { type SQL, sql } from 'drizzle-orm';

/** Names of the columns that hold a series. */
interface Series {
  readonly signature: string;
  readonly asset: string;
}

const ASKED: Series = { signature: 't.signature_id', asset: 't.asset_id' };

/**
 * Rows of one series between two values of `column`, e.g. '>= t.from_minute' and '< t.to_minute'. They are compared as a
 * whole, for then the primary key alone can serve them: of a table that is young, or grows fast, the planner takes the
 * index of the asset for as good, and reads all other series of the asset with it.
 */
export function rowsOfSeries(
  rows: string,
  column: 'minute' | 'start_at',
  bounds: readonly [from: string, to: string],
  series: Series = ASKED,
): SQL {
  const compared = bounds.map((bound) => {
    const [, operator, value] = /^([<>]=?) (.+)$/.exec(bound)!;
    return `(${rows}.signature_id, ${rows}.asset_id, ${rows}.${column}) ${operator} (${series.signature}, ${series.asset}, ${value})`;
  });
  return sql.raw(compared.join(' and '));
}
