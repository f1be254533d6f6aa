// Opens a subscription on the feed for the caller's tenant, also before that tenant exists.
import { decodeCursor } from '../../live/cursor.ts';
import type { Topic } from '../../live/outbox-reader.ts';
import type { FeedBatch } from '../../live/subscriber.ts';
import { resolveTenant } from '../../store/tenants.ts';
import type { GraphContext } from '../context.ts';
import { type FollowedChange, type FollowRules, follow } from './follow.ts';

export interface SubscriptionRequest {
  readonly topic: Topic;
  readonly after: string | null | undefined;
  /** For the context of the tenant that is subscribed to. */
  readonly rules: (context: GraphContext) => FollowRules;
}

/** When the promise resolves, nothing is missed any more. Throws ValidationError for a cursor that is none. */
export async function openSubscription(
  context: GraphContext,
  { topic, after, rules }: SubscriptionRequest,
): Promise<AsyncIterableIterator<FollowedChange>> {
  const { feed } = context.services;
  const cursor = after == null ? null : decodeCursor(after);
  const { tenantId } = context.caller;
  if (tenantId !== 0) {
    const batches = await feed.subscribe({ tenantId, topic, after: cursor });
    return endable(follow(batches, rules(context)), () => void batches.return?.());
  }
  let batches: AsyncIterableIterator<FeedBatch> | null = null;
  let ended = false;
  async function* onceItExists(): AsyncGenerator<FollowedChange, void, undefined> {
    const born = await untilTenantExists(context, () => ended);
    if (born === null) return;
    // Everything of a tenant that did not exist is new.
    batches = await feed.subscribe({ tenantId: born.caller.tenantId, topic, after: cursor ?? 0n });
    if (ended) void batches.return?.();
    yield* follow(batches, rules(born));
  }
  return endable(onceItExists(), () => {
    ended = true;
    void batches?.return?.();
  });
}

async function untilTenantExists(
  context: GraphContext,
  hasEnded: () => boolean,
): Promise<GraphContext | null> {
  const { services, caller } = context;
  do {
    if (hasEnded()) return null;
    const tenantId = await resolveTenant(services.store, caller.tenantSlug).catch(() => 0);
    if (tenantId !== 0) {
      // The same object resolves the fields of every change.
      Object.assign(context, { caller: { ...caller, tenantId } });
      return context;
    }
  } while (await services.feed.tick());
  return null;
}

// A generator that waits for its source hears of its return only when the source has something: end that first.
function endable<T>(
  generator: AsyncGenerator<T, void, undefined>,
  end: () => void,
): AsyncIterableIterator<T> {
  return {
    next: () => generator.next(),
    return() {
      end();
      return generator.return();
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
