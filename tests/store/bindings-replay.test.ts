// What people decide about signatures holds for all that comes: events that arrive after a decision, in any order and
// batching, through any process, end up as if the decision had been made after all of them; and undone, as if never.
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Caller } from '../../src/domain/caller.ts';
import type { IngestEventInput } from '../../src/pipeline/input.ts';
import type { Pipeline } from '../../src/pipeline/pipeline.ts';
import { mergeSignatures } from '../../src/review/signatures/merge-signatures.ts';
import { type SplitSignatureInput, splitSignature } from '../../src/review/signatures/split-signature.ts';
import { undoBinding } from '../../src/review/signatures/undo-binding.ts';
import { signatureKey } from '../../src/signature/engine.ts';
import { batchesOf, shuffled } from '../support/histories.ts';
import { type Memory, memoryOf } from '../support/memory.ts';
import { startTestPipeline, type TestPipeline } from '../support/pipeline.ts';

let t: TestPipeline;
let tenants = 0;
beforeAll(async () => {
  t = await startTestPipeline({ at: '2026-03-10T12:00:00Z' });
});
afterAll(() => t.close());

const NAMES = [
  'alder',
  'birch',
  'cedar',
  'elder',
  'hazel',
  'larch',
  'maple',
  'olive',
  'rowan',
  'willow',
  'yew',
];
const START = Date.UTC(2026, 2, 9);
const HOSTS = ['web-1', 'web-2'];

const request = (status: number, n: number) =>
  `10.0.0.${n % 250} - "GET /cart/${n} HTTP/1.1" ${status} ${n * 7}`;
const login = (name: string, host: number) => `Login of account ${name} from 10.0.0.${host} was refused`;
const pool = (name: string, state: string) => `Worker ${name} of the pool is ${state} again`;

interface Told {
  readonly minute: number;
  readonly service: string;
  readonly message: string;
}

/** One of everything that the decisions name, told before they are made. */
const SEED: Told[] = [
  { minute: 40, service: 'shop', message: request(200, 1) },
  { minute: 41, service: 'shop', message: request(500, 2) },
  { minute: 42, service: 'sshd', message: login('alder', 22) },
  { minute: 43, service: 'sshd', message: login('birch', 99) },
  { minute: 43, service: 'sshd', message: login('birch', 22) },
  { minute: 44, service: 'sshd', message: login('cedar', 22) },
  { minute: 45, service: 'vm', message: 'VM started' },
  { minute: 46, service: 'vm', message: 'VM paused' },
  { minute: 47, service: 'hypervisor', message: 'the machine was suspended' },
];

const anyTold = fc.oneof(
  fc.record({ status: fc.constantFrom(200, 200, 404, 500, 503), n: fc.nat(400) }).map(({ status, n }) => ({
    service: 'shop',
    message: request(status, n),
  })),
  fc.record({ name: fc.constantFrom(...NAMES), host: fc.constantFrom(22, 99) }).map(({ name, host }) => ({
    service: 'sshd',
    message: login(name, host),
  })),
  fc.constantFrom('VM started', 'VM paused', 'VM resumed').map((message) => ({ service: 'vm', message })),
  fc.constant({ service: 'hypervisor', message: 'the machine was suspended' }),
  fc
    .record({ name: fc.constantFrom(...NAMES), state: fc.constantFrom('up', 'down') })
    .map(({ name, state }) => ({ service: 'pool', message: pool(name, state) })),
);

const anyRest = fc.array(
  fc
    .record({ minute: fc.nat(300), told: anyTold, times: fc.constantFrom(1, 1, 1, 25) })
    .map((r) => Array.from({ length: r.times }, (): Told => ({ ...r.told, minute: r.minute }))),
  { minLength: 5, maxLength: 60 },
);

const eventsOf = (told: readonly Told[], from: number): IngestEventInput[] =>
  told.map(({ minute, service, message }, i) => ({
    timestamp: new Date(START + minute * 60_000 + from + i).toISOString(),
    host: HOSTS[(from + i) % 2]!,
    service,
    message,
    severity: message.includes('500') || service === 'sshd' ? 'ERROR' : 'INFO',
    eventKey: `e${from + i}`,
  }));

type By = SplitSignatureInput['by'];
type Decision =
  | { readonly merge: readonly [string, string][] }
  | { readonly split: [string, string]; readonly by: By };

/** Each may build on those before it. */
const DECISIONS: Decision[] = [
  { split: [request(200, 1), 'shop'], by: { field: { name: 'httpStatus', values: ['500'] } } },
  {
    merge: [
      ['VM started', 'vm'],
      ['VM paused', 'vm'],
    ],
  },
  { split: [login('alder', 22), 'sshd'], by: { field: { name: 'srcIp', values: ['10.0.0.99'] } } },
  {
    merge: [
      ['VM paused', 'vm'],
      ['the machine was suspended', 'hypervisor'],
    ],
  },
  {
    merge: [
      [login('birch', 22), 'sshd'],
      [request(200, 1), 'shop'],
    ],
  },
  { split: [login('birch', 22), 'sshd'], by: { word: 'birch' } },
];

const ctxOf = (caller: Caller, pipeline: Pipeline) => ({ store: t.store, clock: t.clock, caller, pipeline });

async function idOf(caller: Caller, [message, service]: readonly [string, string]): Promise<string> {
  const [row] = await t.store.read<{ id: string }[]>`
    select signature_id as id from signature
     where tenant_id = ${caller.tenantId} and key = ${signatureKey(message, service)}`;
  return row!.id;
}

/** Returns the journal's entry; null where the decision had nothing to decide. */
async function decide(caller: Caller, pipeline: Pipeline, decision: Decision): Promise<string | null> {
  const ctx = ctxOf(caller, pipeline);
  if ('merge' in decision) {
    const signatureIds = await Promise.all(decision.merge.map((named) => idOf(caller, named)));
    return (await mergeSignatures(ctx, { signatureIds })).bindingId;
  }
  const signatureId = await idOf(caller, decision.split);
  return (await splitSignature(ctx, { signatureId, by: decision.by })).bindingId;
}

async function tell(caller: Caller, pipeline: Pipeline, events: IngestEventInput[]): Promise<void> {
  await pipeline.ingestEvents(caller, { events });
  await pipeline.settle(caller.tenantId);
}

const inOneGo = async (events: IngestEventInput[], decisions: readonly Decision[]): Promise<Memory> => {
  const caller = await t.callerOf(`at-once-${++tenants}`);
  await tell(caller, t.pipeline, events);
  for (const decision of decisions) await decide(caller, t.pipeline, decision);
  return memoryOf(t.store, caller);
};

const story = fc.record({
  rest: anyRest,
  seed: fc.integer(),
  sizes: fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 4 }),
  decisions: fc.subarray(DECISIONS, { minLength: 1 }),
});

it('events that come after decisions, in whatever order and batches, leave the memory that they would have left before', {
  timeout: 240_000,
}, async () => {
  await fc.assert(
    fc.asyncProperty(story, async ({ rest, seed, sizes, decisions }) => {
      const first = eventsOf(SEED, 0);
      const later = eventsOf(rest.flat(), SEED.length);
      const expected = await inOneGo([...first, ...later], decisions);

      const caller = await t.callerOf(`piecemeal-${++tenants}`);
      const ran = t.another();
      await tell(caller, ran, first.slice(4));
      await tell(caller, t.pipeline, first.slice(0, 4));
      const pipelines = [t.pipeline, ran, t.another()];
      const batches = batchesOf(shuffled(later, seed), sizes);
      const half = Math.floor(batches.length / 2);
      const send = async (from: number, to: number) => {
        for (const [i, events] of batches.slice(from, to).entries())
          await pipelines[i % 3]!.ingestEvents(caller, { events });
        for (const pipeline of pipelines) await pipeline.settle(caller.tenantId);
      };
      for (const decision of decisions.slice(0, 2)) await decide(caller, ran, decision);
      await send(0, half);
      for (const decision of decisions.slice(2)) await decide(caller, t.pipeline, decision);
      await send(half, batches.length);
      expect(await memoryOf(t.store, caller)).toEqual(expected);
    }),
    { numRuns: 8, seed: 20260311 },
  );
});

it('decisions that are undone, the last first, leave the memory that would be without them', {
  timeout: 240_000,
}, async () => {
  await fc.assert(
    fc.asyncProperty(story, async ({ rest, seed, decisions }) => {
      const first = eventsOf(SEED, 0);
      const later = shuffled(eventsOf(rest.flat(), SEED.length), seed);
      const expected = await inOneGo([...first, ...later], []);

      const caller = await t.callerOf(`undone-${++tenants}`);
      await tell(caller, t.pipeline, first);
      const made: string[] = [];
      for (const decision of decisions) {
        const id = await decide(caller, t.pipeline, decision);
        if (id !== null) made.push(id);
      }
      await tell(caller, t.another(), later);
      for (const bindingId of made.reverse()) await undoBinding(ctxOf(caller, t.pipeline), { bindingId });
      expect(await memoryOf(t.store, caller)).toEqual(expected);
    }),
    { numRuns: 4, seed: 20260312 },
  );
});
