import { sql } from 'drizzle-orm';
import { SeverityEnum } from '../enums.ts';
import { implementNode } from '../node.ts';
import { Asset, Event, EvidenceLine, Incident, Signature, Tenant } from '../nodes.ts';
import { provenanceField } from '../provenance-field.ts';

implementNode(EvidenceLine, {
  description: 'A raw line that an incident keeps, also when the event itself has expired.',
  fields: (t) => ({
    tenant: t.one(Tenant, { description: 'Whose line it is.', on: () => undefined }),
    incident: t.one(Incident, {
      description: 'The incident that keeps it.',
      on: (line, i) => sql`${i.incidentId} = ${line.incidentId}`,
    }),
    timestamp: t.column('eventTs', { type: 'DateTime', description: 'The time of its event.' }),
    host: t.column('host', { type: 'String', nullable: true, description: 'Where it came from.' }),
    service: t.column('service', {
      type: 'String',
      nullable: true,
      description: 'The program that wrote it.',
    }),
    severity: t.column('severity', {
      type: SeverityEnum,
      nullable: true,
      description: 'How serious it was.',
    }),
    messageRaw: t.column('messageRaw', { type: 'String', description: 'The line as it was received.' }),
    signature: t.one(Signature, {
      nullable: true,
      description: 'What it is counted as.',
      on: (line, s, scope) =>
        sql`${s.signatureId} = ${scope.select(
          Signature.node.table,
          (own) => sql`coalesce(${own.mergedIntoId}, ${own.signatureId})`,
          (own) => sql`${own.signatureId} = ${line.signatureId}`,
        )}`,
    }),
    asset: t.one(Asset, {
      nullable: true,
      description: 'The asset that it is about.',
      on: (line, a) => sql`${a.assetId} = ${line.assetId}`,
    }),
    event: t.one(Event, {
      nullable: true,
      description: 'The event itself; null once it has expired.',
      on: (line, e) => sql`${e.ts} = ${line.eventTs} and ${e.eventId} = ${line.eventId}`,
    }),
    ...provenanceField(t, 'EvidenceLine', (l) => l.evidenceId),
  }),
});
