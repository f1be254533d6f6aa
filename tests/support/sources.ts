// The whole server with sources, as a sender and an operator see them.
import type { TestMnemograph } from './server.ts';
import { until } from './until.ts';

export interface SourceSeen {
  readonly state: string;
  readonly received: number;
  readonly rejected: number;
  readonly lost: number;
  readonly lastError: string | null;
}

const UPSERT = `mutation($input: UpsertSourceInput!) { upsertSource(input: $input) {
  ... on SourcePayload { created source { id } } ... on Error { code message path } } }`;

/** What "upsertSource" answers: a payload or an error. */
export async function upsertSource(
  server: TestMnemograph,
  input: Record<string, unknown>,
  tenant = 'default',
): Promise<Record<string, unknown>> {
  const { upsertSource: answer } = await server.ask<{ upsertSource: Record<string, unknown> }>(
    UPSERT,
    { input },
    tenant,
  );
  return answer;
}

/** Configures a source that listens, and returns its port once it does. */
export async function listeningPort(
  server: TestMnemograph,
  input: Record<string, unknown>,
  tenant = 'default',
): Promise<number> {
  const answer = await upsertSource(server, input, tenant);
  if (answer.code !== undefined) throw new Error(String(answer.message));
  const { tenantId } = await server.runtime.callerFor(tenant);
  const address = await until(`${input.name} listens`, () =>
    server.sources.addressOf(tenantId, input.name as string),
  );
  return Number(new URL(address.replace(/^\w+:/, 'http:')).port);
}

export async function sourceSeen(
  server: TestMnemograph,
  name: string,
  tenant = 'default',
): Promise<SourceSeen | undefined> {
  const { sources } = await server.ask<{ sources: (SourceSeen & { name: string })[] }>(
    '{ sources { name state received rejected lost lastError } }',
    {},
    tenant,
  );
  return sources.find((source) => source.name === name);
}

/** Waits until the source has taken in so many inputs, and returns what it says then. */
export async function received(server: TestMnemograph, name: string, count: number, tenant = 'default') {
  let seen: SourceSeen | undefined;
  const enough = async () => {
    seen = await sourceSeen(server, name, tenant);
    return seen !== undefined && seen.received + seen.rejected >= count ? seen : null;
  };
  return until(`${name} received ${count}`, enough).catch((error: Error) => {
    throw new Error(`${error.message}; it says ${JSON.stringify(seen)}`);
  });
}

export interface EventSeen {
  readonly host: string | null;
  readonly service: string | null;
  readonly severity: string;
  readonly messageRaw: string;
  readonly timestamp: string;
  readonly structuredFields: unknown;
}

export async function eventsSeen(server: TestMnemograph, tenant = 'default'): Promise<EventSeen[]> {
  const { events } = await server.ask<{ events: { edges: { node: EventSeen }[] } }>(
    '{ events(first: 100) { edges { node { host service severity messageRaw timestamp structuredFields } } } }',
    {},
    tenant,
  );
  return events.edges.map(({ node }) => node);
}
