// What helps while a candidate is open: the first steps that are known, and the incident that it may be part of.
import DataLoader from 'dataloader';
import { sql } from 'drizzle-orm';
import { type JoinProposal as Proposal, proposeJoins } from '../../memory/join-proposals.ts';
import { type candidate, candidateSignature } from '../../store/tables/candidate.ts';
import { hintIncident, hintSignature } from '../../store/tables/lesson.ts';
import { incident, incidentCandidate, incidentSignature } from '../../store/tables/memory.ts';
import { builder } from '../builder.ts';
import { JoinBasisEnum } from '../enums.ts';
import type { NodeFields } from '../fields.ts';
import { Incident, RunbookHint } from '../nodes.ts';
import { hintsByRank } from '../orders.ts';
import { loaded } from '../payload.ts';
import { perExecution } from '../per-execution.ts';

const JoinProposal = builder.objectRef<Proposal>('JoinProposal').implement({
  description: 'An incident that a candidate may be part of. A person decides.',
  fields: (t) => ({
    incident: loaded(t, Incident, {
      description: 'The incident: pass its id as `mergeIntoIncidentId` to join it.',
      key: (p) => p.incidentId,
    }),
    basis: t.expose('basis', { type: JoinBasisEnum, description: 'What speaks for it.' }),
    reason: t.exposeString('reason', { description: 'Why, in a sentence.' }),
  }),
});

const loaders = perExecution(
  (_info, { services, caller }) =>
    new DataLoader<string, Proposal | null>(async (ids) => {
      const proposals = await proposeJoins(services.store.read, caller.tenantId, ids);
      return ids.map((id) => proposals.get(id) ?? null);
    }),
);

export const adviceFields = (t: NodeFields<typeof candidate>) => ({
  joinProposal: t.computed({
    from: (c) => ({ id: c.candidateId }),
    type: JoinProposal,
    nullable: true,
    description:
      'The incident that it may be part of; null where nothing speaks for one, or where it is part of one already. `review` with PROMOTE joins it if the signature is the same.',
    resolve: ({ id }, _args, context, info) => loaders(info, context).load(id),
  }),
  runbookHints: t.list(RunbookHint, {
    description:
      'What to try first, best first: hints on its signatures, on its incidents, and on incidents with the same signature. Shown while it is open as well as afterwards.',
    on: (c, h, scope) => {
      const signatures = () =>
        scope.select(
          candidateSignature,
          (cs) => cs.signatureId,
          (cs) => sql`${cs.candidateId} = ${c.candidateId}`,
        );
      const incidents = sql`(${scope.select(
        incidentSignature,
        (x) => x.incidentId,
        (x) => sql`${x.signatureId} in ${signatures()}`,
      )} union all ${scope.select(
        incidentCandidate,
        (x) => x.incidentId,
        (x) => sql`${x.candidateId} = ${c.candidateId}`,
      )})`;
      return sql`(${scope.exists(hintSignature, (hs) => sql`${hs.hintId} = ${h.hintId} and ${hs.signatureId} in ${signatures()}`)}
        or ${scope.exists(
          hintIncident,
          (hi) => sql`${hi.hintId} = ${h.hintId} and ${hi.incidentId} in ${incidents}
            and ${scope.exists(incident, (i) => sql`${i.incidentId} = ${hi.incidentId} and ${i.status} <> 'RETIRED' and ${i.mergedIntoId} is null`)}`,
        )})`;
    },
    order: hintsByRank,
  }),
});
