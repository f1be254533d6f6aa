// `provenance` of candidates and incidents: the links on the way towards events or towards lessons.
import DataLoader from 'dataloader';
import type { GraphQLResolveInfo } from 'graphql';
import { linkEndKey, provenanceLinks } from '../memory/provenance.ts';
import type { LinkEnd } from '../store/provenance.ts';
import { asOfHere, readHere } from './as-of.ts';
import { builder } from './builder.ts';
import type { GraphContext } from './context.ts';
import { ProvenanceLink } from './nodes.ts';
import { perExecution } from './per-execution.ts';
import { loadNode } from './plan/execute.ts';

export const ProvenanceDirection = builder.enumType('ProvenanceDirection', {
  description: 'Which way to follow the provenance.',
  values: {
    UP: { description: 'Towards the events that it stands on.' },
    DOWN: { description: 'Towards the lessons that it led to.' },
  },
});

export const provenanceArguments = () =>
  builder.args((t) => ({
    direction: t.field({ type: ProvenanceDirection, description: 'Which way to follow; default: both.' }),
  }));

type Direction = 'UP' | 'DOWN';

const loaders = perExecution(() => new Map<string, DataLoader<LinkEnd, string[], string>>());

/** The memory counts height from the events, the graph reads from the lesson back to its roots. */
const WAY = { UP: 'DOWN', DOWN: 'UP' } as const;

function linkIdsOf(
  context: GraphContext,
  info: GraphQLResolveInfo,
  start: LinkEnd,
  direction: Direction | null,
): Promise<string[]> {
  const known = loaders(info, context);
  const key = `${direction ?? 'BOTH'}|${asOfHere(context, info)}`;
  let loader = known.get(key);
  if (!loader) {
    loader = new DataLoader(
      async (starts) => {
        const way = direction && WAY[direction];
        const links = await readHere(context, info, (read) =>
          provenanceLinks(read, context.caller.tenantId, starts, way),
        );
        return starts.map((end) => links.get(linkEndKey(end)) ?? []);
      },
      { cacheKeyFn: linkEndKey },
    );
    known.set(key, loader);
  }
  return loader.load(start);
}

/**
 * The links, nearest first, with what the field's selection asks of them. Retention may have dropped the event at a
 * link's end: such a link is left out.
 */
export async function loadProvenance(
  start: LinkEnd,
  direction: Direction | null | undefined,
  context: GraphContext,
  info: GraphQLResolveInfo,
) {
  const ids = await linkIdsOf(context, info, start, direction ?? null);
  const links = await Promise.all(ids.map((id) => loadNode(ProvenanceLink.node as never, id, context, info)));
  return links.filter((link) => link && link.source !== null && link.target !== null) as never[];
}
