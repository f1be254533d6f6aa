// What a person sees of the model's pass, over HTTP, with a whole server and a real model.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestMnemograph, type TestMnemograph } from '../support/server.ts';
import { writeTinyModel } from '../support/tiny-model/write-model.ts';
import { until } from '../support/until.ts';

/** Loading a model takes long where the machine is busy. */
const LOAD_MS = 60_000;

let home: string;
let server: TestMnemograph;
beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'mnemograph-scoring-'));
  writeTinyModel(join(home, 'tiny'));
});
afterAll(() => rmSync(home, { recursive: true }));

const start = (model?: string) =>
  startTestMnemograph('2026-03-10T12:00:00Z', {
    MNEMOGRAPH_DATA_DIR: join(home, 'data'),
    ...(model === undefined ? {} : { MNEMOGRAPH_ANOMALY_MODEL: model, MNEMOGRAPH_ANOMALY_THRESHOLD: '0.8' }),
  });

const ingest = (batchKey: string, ...lines: string[]) =>
  server.ask<{ ingestLines: { accepted: number } }>(
    `mutation ($lines: [String!]!, $batchKey: String) {
      ingestLines(input: { sourceType: SYSLOG, lines: $lines, batchKey: $batchKey }) { ... on IngestPayload { accepted } }
    }`,
    { lines: lines.map((line) => `Mar 10 11:00:00 web-1 app: ${line}`), batchKey },
  );
const STATUS = `{ anomalyScoring {
  configured model device threshold scorer runtime queue unscorable explanation lastRun { scored detections skipped error }
} }`;
interface Status {
  readonly anomalyScoring: {
    readonly configured: boolean;
    readonly scorer: string | null;
    readonly queue: number;
    readonly explanation: string;
    readonly lastRun: { readonly scored: number; readonly error: string | null } | null;
  };
}
const RUN = 'mutation { runAnomalyScoring { scored detections skipped error explanation } }';

describe('with a model', () => {
  beforeAll(async () => {
    server = await start(join(home, 'tiny'));
  });
  afterAll(() => server.close());

  it('scores what was ingested in the background, and tells so', { timeout: 2 * LOAD_MS }, async () => {
    await ingest('a', 'the fan asks for help', 'all is ok');
    const anomalyScoring = await until(
      'all is scored',
      async () => {
        const { anomalyScoring: now } = await server.ask<Status>(STATUS);
        return now.lastRun !== null && now.queue === 0 ? now : null;
      },
      LOAD_MS,
    );
    expect(anomalyScoring).toMatchObject({
      configured: true,
      model: join(home, 'tiny'),
      device: 'cpu',
      threshold: 0.8,
      scorer: expect.stringMatching(/^tiny@[0-9a-f]{8}$/),
      runtime: expect.stringMatching(/^onnxruntime-/),
      unscorable: 0,
      lastRun: { scored: 2, detections: 1, skipped: 0, error: null },
    });
  });

  it('shows the verdict on the event, and the signal until somebody acknowledges it', async () => {
    const { events } = await server.ask<{ events: { nodes: unknown[] } }>(
      '{ events(filter: { text: "fan" }) { nodes { anomaly { label score risk scorer scoredAt } } } }',
    );
    expect(events.nodes).toMatchObject([
      {
        anomaly: {
          label: 'HARDWARE_ISSUE',
          scorer: expect.stringContaining('tiny@'),
          scoredAt: expect.any(String),
        },
      },
    ]);
    const open = () =>
      server.ask<{ signals: { nodes: { id: string }[] } }>(
        '{ signals(filter: { kinds: [MODEL], acknowledged: false, label: "HARDWARE_ISSUE" }) { nodes { id severity score } } }',
      );
    const [signal] = (await open()).signals.nodes;
    expect(signal).toMatchObject({ severity: 'CRITICAL' });
    await server.ask(
      'mutation ($id: ID!) { acknowledgeSignal(input: { id: $id, notes: "fan replaced" }) { __typename } }',
      { id: signal!.id },
    );
    expect((await open()).signals.nodes).toEqual([]);
  });

  it('scores anew on demand', async () => {
    expect(await server.ask(RUN)).toMatchObject({ runAnomalyScoring: { scored: 0, error: null } });
    expect(await server.ask(RUN.replace('Scoring', 'Scoring(input: { rescore: true })'))).toMatchObject({
      runAnomalyScoring: { scored: 2, detections: 0, skipped: 0, error: null },
    });
  });
});

describe('without a model', () => {
  beforeAll(async () => {
    server = await start();
  });
  afterAll(() => server.close());

  it('says that the pass is skipped, while the built-in scorer judges', async () => {
    await ingest('a', 'kernel panic');
    const { runAnomalyScoring } = await server.ask<{ runAnomalyScoring: { explanation: string } }>(RUN);
    expect(runAnomalyScoring).toMatchObject({ scored: 0, detections: 0, skipped: 1, error: null });
    expect(runAnomalyScoring.explanation).toMatch(/^Skipped: no model is configured/);
    const status = await server.ask<Status>(STATUS);
    expect(status.anomalyScoring).toMatchObject({
      configured: false,
      model: null,
      scorer: 'builtin',
      queue: 1,
    });
    const { events } = await server.ask<{ events: { nodes: unknown[] } }>(
      '{ events { nodes { anomaly { scorer label } } } }',
    );
    expect(events.nodes).toMatchObject([{ anomaly: { scorer: 'builtin', label: 'SYSTEM_FAILURE' } }]);
  });
});

describe('with a model that is not there', () => {
  beforeAll(async () => {
    server = await start(join(home, 'nowhere'));
  });
  afterAll(() => server.close());

  it('says what is missing, and ingests all the same', async () => {
    expect((await ingest('a', 'kernel panic')).ingestLines.accepted).toBe(1);
    expect(await server.ask(RUN)).toMatchObject({
      runAnomalyScoring: {
        scored: 0,
        error: expect.stringContaining(`There is no folder ${join(home, 'nowhere')}`),
      },
    });
    const { anomalyScoring } = await server.ask<Status>(STATUS);
    expect(anomalyScoring.explanation).toContain('There is no folder');
    expect((await ingest('b', 'another line')).ingestLines.accepted).toBe(1);
  });
});
