// What must not compile, held by the type check: each line beneath a `@ts-expect-error` would expose a column as
// something it is not, or read a table that no tenant owns.
import { sql } from 'drizzle-orm';
import { pgTable, text } from 'drizzle-orm/pg-core';
import { CandidateStateEnum, CandidateTypeEnum, SeverityEnum } from '../../src/graph/enums.ts';
import type { NodeFields } from '../../src/graph/fields.ts';
import { Asset } from '../../src/graph/nodes.ts';
import type { TenantScope } from '../../src/graph/plan/scope.ts';
import type { asset } from '../../src/store/tables/asset.ts';
import type { candidate } from '../../src/store/tables/candidate.ts';
import type { event } from '../../src/store/tables/event.ts';

const description = 'x';

const untenanted = pgTable('untenanted', { name: text('name') });

/** Never run: declaring is a matter of types here. */
export function declarations(
  scope: TenantScope,
  assets: NodeFields<typeof asset>,
  candidates: NodeFields<typeof candidate>,
  events: NodeFields<typeof event>,
): void {
  assets.column('hostname', { type: 'String', description });
  // @ts-expect-error text is no number
  assets.column('hostname', { type: 'Int', description });
  // @ts-expect-error it is never null
  assets.column('hostname', { type: 'String', nullable: true, description });
  assets.column('assetType', { type: 'String', nullable: true, description });
  // @ts-expect-error it may be null
  assets.column('assetType', { type: 'String', description });
  // @ts-expect-error a moment is not text
  assets.column('createdAt', { type: 'String', description });
  // @ts-expect-error a list is not a value
  assets.column('tags', { type: 'String', description });
  // @ts-expect-error keys leave only as global ids
  assets.column('assetId', { type: 'String', description });
  // @ts-expect-error there is no such column
  assets.column('hostName', { type: 'String', description });
  candidates.column('type', { type: CandidateTypeEnum, description });
  // @ts-expect-error another enum
  candidates.column('type', { type: CandidateStateEnum, description });
  // @ts-expect-error an enum is not free text
  candidates.column('type', { type: 'String', description });
  // @ts-expect-error a rank is not a number for callers
  candidates.column('severity', { type: 'Int', description });
  candidates.column('severity', { type: SeverityEnum, description });
  candidates.millionths('score', { description });
  // @ts-expect-error text holds no millionths
  candidates.millionths('title', { description });
  // @ts-expect-error without a description
  candidates.column('title', { type: 'String' });
  events.computed({
    from: (e) => ({ facility: e.facility }),
    type: 'Int',
    nullable: true,
    description,
    resolve: ({ facility }) => facility,
  });
  events.computed({
    from: (e) => ({ facility: e.facility }),
    type: 'Int',
    description,
    // @ts-expect-error the column may be null, the field may not
    resolve: ({ facility }) => facility,
  });
  events.computed({
    from: (e) => ({ raw: e.messageRaw }),
    type: 'String',
    description,
    // @ts-expect-error the column was not declared
    resolve: ({ flags }) => String(flags),
  });
  events.one(Asset, {
    description,
    nullable: true,
    // @ts-expect-error assets have no such column
    on: (e, a) => sql`${a.eventId} = ${e.assetId}`,
  });
  // @ts-expect-error it carries no tenant
  scope.table(untenanted);
}
