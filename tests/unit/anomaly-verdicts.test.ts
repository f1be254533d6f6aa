import { fork } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { cutText } from '../../src/anomaly/cut-text.ts';
import { isAnomalous, severityOfLabel } from '../../src/anomaly/labels.ts';
import { readModelConfig } from '../../src/anomaly/model/config.ts';
import { batchesOf, cutTokens } from '../../src/anomaly/model/token-batches.ts';
import { verdictOfLogits } from '../../src/anomaly/model/verdict-of-logits.ts';
import { severityName } from '../../src/domain/severity.ts';

describe('a label', () => {
  it.each([
    ['NORMAL', 'INFO', false],
    ['SECURITY_ANOMALY', 'ERROR', true],
    ['SYSTEM_FAILURE', 'CRITICAL', true],
    ['PERFORMANCE_ISSUE', 'WARNING', true],
    ['NETWORK_ANOMALY', 'WARNING', true],
    ['CONFIG_ERROR', 'ERROR', true],
    ['HARDWARE_ISSUE', 'CRITICAL', true],
    ['CRITICAL', 'CRITICAL', true],
    ['ERROR', 'ERROR', true],
    ['WARNING', 'WARNING', false],
    ['WARN', 'WARNING', false],
    ['INFO', 'INFO', false],
    ['DEBUG', 'DEBUG', false],
    ['LABEL_1', 'WARNING', false],
    ['', 'WARNING', false],
  ])('%s means %s, signalled: %s, whatever its case', (label, severity, signalled) => {
    for (const written of [label, label.toLowerCase(), label.slice(0, 1) + label.slice(1).toLowerCase()])
      expect([severityName(severityOfLabel(written)), isAnomalous(written)]).toEqual([severity, signalled]);
  });
});

describe('the configuration of a model', () => {
  it('gives its labels in the order of their numbers, known ones in capitals', () => {
    const id2label = {
      10: 'z',
      ...Object.fromEntries([...'abcdefgh'].map((c, i) => [i + 2, c])),
      1: 'Odd',
      0: 'normal',
    };
    expect(readModelConfig({ id2label }, {}).labels).toEqual(['NORMAL', 'Odd', ...'abcdefgh', 'z']);
  });

  it('says how long a text may be: what the tokenizer, the model and we allow', () => {
    const id2label = { 0: 'NORMAL', 1: 'ERROR' };
    const maxTokens = (own: object, tokenizer: object) =>
      readModelConfig({ id2label, ...own }, { ...tokenizer }).maxTokens;
    expect(maxTokens({ max_position_embeddings: 514 }, { model_max_length: 1e30 })).toBe(512);
    expect(maxTokens({ max_position_embeddings: 512 }, { model_max_length: 128 })).toBe(128);
    expect(maxTokens({}, {})).toBe(512);
  });

  it('is refused without labels, or with gaps between them', () => {
    for (const id2label of [undefined, {}, { 0: 'A', 2: 'B' }])
      expect(() => readModelConfig({ id2label }, {})).toThrow('names no labels');
  });
});

describe('the answer of a model', () => {
  const labels = ['NORMAL', 'ERROR', 'WARNING'];

  it('is the likeliest label, by softmax', () => {
    expect(verdictOfLogits([0, Math.log(3), 0], { labels, isMultiLabel: false })).toEqual({
      label: 'ERROR',
      score: 0.6,
    });
    expect(verdictOfLogits([1_000, -1_000, 0], { labels, isMultiLabel: false })?.score).toBe(1);
  });

  it('has a sigmoid of its own where several labels may hold', () => {
    expect(verdictOfLogits([0, Math.log(3), 9], { labels, isMultiLabel: true })).toMatchObject({
      label: 'WARNING',
    });
    expect(verdictOfLogits([Math.log(3)], { labels: ['ERROR'], isMultiLabel: true })?.score).toBe(0.75);
  });

  it('is none where a number is none', () => {
    for (const broken of [Number.NaN, Number.POSITIVE_INFINITY])
      expect(verdictOfLogits([0, broken, 0], { labels, isMultiLabel: false })).toBeNull();
  });
});

describe('a text', () => {
  it('is cut at 512 code points, and no pair of surrogates is parted', () => {
    expect(cutText('x'.repeat(600))).toBe('x'.repeat(512));
    expect([...cutText('🔥'.repeat(600))]).toHaveLength(512);
    expect(cutText(`${'x'.repeat(511)}🔥🔥`)).toBe(`${'x'.repeat(511)}🔥`);
    expect(cutText('🔥'.repeat(300))).toBe('🔥'.repeat(300));
  });

  it('keeps its closing token where it has too many', () => {
    expect(cutTokens([1, 2, 3, 4, 9], 3)).toEqual([1, 2, 9]);
    expect(cutTokens([1, 2, 9], 3)).toEqual([1, 2, 9]);
  });

  it('goes with those of its length, at most 2,048 tokens at once', () => {
    const tokens = Array.from({ length: 256 }, (_, position) => {
      const ids = new Array<number>(1 + ((position * 7_919) % 512)).fill(1);
      return { position, ids, types: ids };
    });
    const batches = batchesOf(tokens);
    expect(
      batches
        .flat()
        .map((t) => t.position)
        .sort((a, b) => a - b),
    ).toEqual(tokens.map((t) => t.position));
    for (const batch of batches) expect(batch.length * batch.at(-1)!.ids.length).toBeLessThanOrEqual(2_048);
    const padded = batches.reduce((sum, batch) => sum + batch.length * batch.at(-1)!.ids.length, 0);
    expect(padded / tokens.reduce((sum, t) => sum + t.ids.length, 0)).toBeLessThan(1.1);
  });
});

describe('where the packages are missing', () => {
  it('says which command brings them', async () => {
    const away = mkdtempSync(join(tmpdir(), 'mnemograph-away-'));
    const dist = fileURLToPath(new URL('../../dist', import.meta.url));
    for (const folder of ['anomaly', 'domain'])
      cpSync(join(dist, folder), join(away, folder), { recursive: true });
    cpSync(join(dist, '..', 'package.json'), join(away, 'package.json'));
    const worker = fork(join(away, 'anomaly', 'model', 'worker.js'), { execArgv: [] });
    worker.send({ load: { folder: away, onnx: 'model.onnx', device: 'cpu' } });
    const [reply] = await once(worker, 'message');
    worker.kill();
    rmSync(away, { recursive: true });
    expect(reply).toEqual({
      unusable:
        'Nothing here tokenises text (@huggingface/tokenizers is not installed). Run `npm install @huggingface/tokenizers onnxruntime-web`.',
    });
  });
});
