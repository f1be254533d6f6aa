// Takes memories from one database to another, and compares what they answer: by the words that are the same in every
// database, since ids are not.
import { Readable } from 'node:stream';
import { archiveRecords } from '../../src/archive/archive-records.ts';
import { exportMemory } from '../../src/archive/export.ts';
import { type ImportOptions, type ImportSummary, importRecords } from '../../src/archive/import.ts';
import { lineBatches } from '../../src/cli/line-batches.ts';
import { seenBefore } from '../../src/memory/seen-before/seen-before.ts';
import type { VerbContext } from '../../src/store/verb.ts';

export async function exported(ctx: VerbContext): Promise<string[]> {
  const lines: string[] = [];
  for await (const line of exportMemory(ctx)) lines.push(line);
  return lines;
}

export const imported = (
  ctx: VerbContext,
  lines: readonly string[],
  options?: ImportOptions,
): Promise<ImportSummary> =>
  importRecords(ctx, archiveRecords(lineBatches(Readable.from([Buffer.from(lines.join('\n'))]))), options);

/** Rows that an import added or changed. */
export const moved = ({ merged }: ImportSummary): number =>
  Object.values(merged).reduce((sum, { added, changed }) => sum + added + changed, 0);

/** The answer to a message, every row named by its words. */
export async function answerTo(ctx: VerbContext, text: string, host?: string): Promise<object> {
  const answer = await seenBefore(ctx, { message: { text, host: host ?? null } });
  const named = async (table: string, id: string, column: string, ids: readonly string[]) => {
    const rows = await ctx.store.read.unsafe<{ id: string; name: string }[]>(
      `select ${id} as id, ${column} as name from ${table} where tenant_id = $1 and ${id} = any($2::bigint[])`,
      [ctx.caller.tenantId, [...ids]],
    );
    const nameOf = new Map(rows.map((row) => [row.id, row.name]));
    return ids.map((each) => nameOf.get(each));
  };
  const signatures = (ids: readonly string[]) => named('signature', 'signature_id', 'key', ids);
  const similar = await signatures(answer.similar.map((s) => s.signatureId));
  const incidents = await named(
    'incident',
    'incident_id',
    'title',
    answer.incidents.map((i) => i.incidentId),
  );
  return {
    ...answer,
    signatureId: answer.signatureId === null ? null : (await signatures([answer.signatureId]))[0],
    closest: answer.closest && {
      ...answer.closest,
      signatureId: (await signatures([answer.closest.signatureId]))[0],
    },
    similar: answer.similar.map(({ similarity, reason }, i) => ({ key: similar[i], similarity, reason })),
    incidents: answer.incidents.map(({ score, reason }, i) => ({ title: incidents[i], score, reason })),
    lessonIds: await named('lesson', 'lesson_id', 'title', answer.lessonIds),
    runbookHintIds: await named('runbook_hint', 'hint_id', 'title', answer.runbookHintIds),
    episodes: await Promise.all(
      answer.episodes.map(async ({ assetIds, ...episode }) => ({
        ...episode,
        hosts: (await named('asset', 'asset_id', 'hostname', assetIds)).sort(),
      })),
    ),
  };
}
