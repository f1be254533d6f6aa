import { sql } from 'drizzle-orm';
import type { NodeType } from '../../domain/words.ts';
import type { provenanceLink, removedLink } from '../../store/tables/review.ts';
import { LinkTypeEnum } from '../enums.ts';
import { implementNode, Node } from '../node.ts';
import { nodeTables, ProvenanceLink, RemovedLink } from '../nodes.ts';
import type { OneOfMember } from '../plan/declare.ts';

const LINKED: readonly NodeType[] = [
  'Event',
  'Signature',
  'Signal',
  'CorrelationGroup',
  'Candidate',
  'Incident',
  'Lesson',
  'RunbookHint',
  'Review',
  'Change',
  'EvidenceLine',
];

const ends =
  <T extends typeof provenanceLink | typeof removedLink>(
    type: 'sourceType' | 'targetType',
    key: 'sourceKey' | 'targetKey',
  ) =>
  (): OneOfMember<T>[] =>
    LINKED.map((name) => ({
      node: nodeTables.get(name)!,
      when: (link) => sql`${link[type]} = ${sql.raw(`'${name}'`)}`,
      key: (link) => sql`${link[key]}`,
    }));

implementNode(ProvenanceLink, {
  description: 'One step on the way from events to lessons, written in the transaction that made it true.',
  fields: (t) => ({
    source: t.oneOf(Node, {
      description: 'What led to the target.',
      members: ends('sourceType', 'sourceKey'),
    }),
    target: t.oneOf(Node, { description: 'What it led to.', members: ends('targetType', 'targetKey') }),
    linkType: t.column('linkType', { type: LinkTypeEnum, description: 'How it led there.' }),
    createdAt: t.column('createdAt', { type: 'DateTime', description: 'When it became true.' }),
    metadata: t.column('metadata', { type: 'JSON', nullable: true, description: 'More about the step.' }),
  }),
});

implementNode(RemovedLink, {
  description:
    'A step that was taken back: what it told was believed until then. Of lessons and hints a person says who and why.',
  fields: (t) => ({
    source: t.oneOf(Node, {
      description: 'What led to the target.',
      members: ends('sourceType', 'sourceKey'),
    }),
    target: t.oneOf(Node, { description: 'What it led to.', members: ends('targetType', 'targetKey') }),
    linkType: t.column('linkType', { type: LinkTypeEnum, description: 'How it led there.' }),
    createdAt: t.column('createdAt', { type: 'DateTime', description: 'When it became true.' }),
    removedAt: t.column('removedAt', { type: 'DateTime', description: 'When it was taken back.' }),
    removedBy: t.column('removedBy', {
      type: 'String',
      nullable: true,
      description: 'Who took it back; null: it went with a decision that was undone.',
    }),
    reason: t.column('reason', { type: 'String', nullable: true, description: 'Why.' }),
  }),
});
