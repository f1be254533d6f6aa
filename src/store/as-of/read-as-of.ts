// Reads from what was known at a time, all of it from one snapshot.
import type postgres from 'postgres';
import { formatMicros, type Micros } from '../../domain/time.ts';
import { AS_OF_SCHEMA } from './views.ts';

/** Whatever `work` asks by this reader is answered as it would have been at `asOfUs`. */
export function readAsOf<T>(
  read: postgres.Sql,
  asOfUs: Micros,
  work: (read: postgres.Sql) => Promise<T>,
): Promise<T> {
  return read.begin('isolation level repeatable read read only', async (tx) => {
    await tx`select set_config('search_path', ${AS_OF_SCHEMA} || ',' || current_setting('search_path'), true),
                    set_config('mnemograph.as_of', ${formatMicros(asOfUs)}, true)`;
    // Within a transaction the same statements are there; what it lacks (begin, end, listen) no reader calls.
    return work(tx as unknown as postgres.Sql);
  }) as Promise<T>;
}
