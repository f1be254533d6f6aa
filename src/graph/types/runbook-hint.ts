import { sql } from 'drizzle-orm';
import { hintIncident, hintSignature, runbookHint } from '../../store/tables/lesson.ts';
import { rootOf } from '../families.ts';
import { filterInput } from '../filters.ts';
import { livingIncident } from '../merged-incidents.ts';
import { implementNode } from '../node.ts';
import { Incident, RemovedLink, RunbookHint, Signature, Tenant } from '../nodes.ts';
import { hintsByRank, incidentsNewestFirst, removalsNewestFirst, signaturesByLastSeen } from '../orders.ts';
import { provenanceField } from '../provenance-field.ts';
import { rootConnection } from '../root.ts';

implementNode(RunbookHint, {
  description: 'A first step for whoever meets a signature or incident again, with its record of outcomes.',
  fields: (t) => ({
    tenant: t.one(Tenant, { description: 'Whose hint it is.', on: () => undefined }),
    title: t.column('title', { type: 'String', description: 'The hint in a line.' }),
    hintText: t.column('hintText', { type: 'String', description: 'What to do.' }),
    priority: t.column('priority', {
      type: 'Int',
      description: 'What its author thinks of it, 0 to 100; see `rank`.',
    }),
    confidence: t.millionths('confidence', {
      description: 'How much to trust it, 0 to 1: (1 + worked) / (2 + worked + failed), one half untried.',
    }),
    metadata: t.column('metadata', { type: 'JSON', nullable: true, description: "The tenant's own data." }),
    createdAt: t.column('createdAt', { type: 'DateTime', description: 'When it was written.' }),
    updatedAt: t.column('updatedAt', { type: 'DateTime', description: 'When it was last edited.' }),
    triggerSignatures: t.list(Signature, {
      description: 'The signatures that bring it up, last seen first.',
      on: (h, s, scope) =>
        scope.exists(
          hintSignature,
          (hs) => sql`${hs.hintId} = ${h.hintId} and ${hs.signatureId} = ${s.signatureId}`,
        ),
      order: signaturesByLastSeen,
    }),
    triggerIncidents: t.list(Incident, {
      description: 'The incidents that bring it up, last observed first.',
      on: (h, i, scope) =>
        scope.exists(
          hintIncident,
          (hi) => sql`${hi.hintId} = ${h.hintId} and ${hi.incidentId} = ${i.incidentId}`,
        ),
      order: incidentsNewestFirst,
    }),
    rank: t.millionths('rank', {
      description:
        'Where it stands among others, 0 to 1: (2 + priority / 50 + worked) / (4 + worked + failed). The priority is what was thought of it before, and weighs four outcomes.',
    }),
    shownCount: t.column('shownCount', {
      type: 'Int',
      description: 'How often somebody reported what came of it.',
    }),
    workedCount: t.column('workedCount', { type: 'Int', description: 'How often it helped.' }),
    failedCount: t.column('failedCount', { type: 'Int', description: 'How often it did not.' }),
    removedLinks: t.list(RemovedLink, {
      description: 'What it is no longer linked with, last taken away first: who did it, and why.',
      on: (h, r) =>
        sql`${r.sourceType} = 'RunbookHint' and ${r.sourceKey} = ${h.hintId}::text and ${r.linkType} = 'HINTS_AT'`,
      order: removalsNewestFirst,
    }),
    ...provenanceField(t, 'RunbookHint', (h) => h.hintId),
  }),
});

const RunbookHintFilter = filterInput(
  'RunbookHintFilter',
  runbookHint,
  'Which hints; all that is given must match.',
  {
    text: {
      type: 'String',
      description: 'Title or text hold this text, letter case aside.',
      where: (h, v) => sql`strpos(lower(${h.title} || ' ' || ${h.hintText}), lower(${v})) > 0`,
    },
    signatureId: {
      id: 'Signature',
      description: 'Brought up by this signature.',
      where: (h, id, scope) =>
        scope.exists(
          hintSignature,
          (hs) => sql`${hs.hintId} = ${h.hintId} and ${hs.signatureId} = ${rootOf(scope, id)}`,
        ),
    },
    incidentId: {
      id: 'Incident',
      description: 'Brought up by this incident.',
      where: (h, id, scope) =>
        scope.exists(
          hintIncident,
          (hi) => sql`${hi.hintId} = ${h.hintId} and ${hi.incidentId} = ${livingIncident(scope, id)}`,
        ),
    },
  },
);

rootConnection('runbookHints', RunbookHint, {
  description: 'Runbook hints, best first.',
  filter: RunbookHintFilter,
  orders: [hintsByRank],
  temporal: true,
});
