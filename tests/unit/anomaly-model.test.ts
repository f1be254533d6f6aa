// Real models in a real scoring process: what a folder must hold, what it answers, what happens when it breaks.
import { copyFileSync, mkdtempSync, rmSync, unlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { findModel } from '../../src/anomaly/model/find-model.ts';
import { ModelProcess, type ProcessOptions } from '../../src/anomaly/model/process.ts';
import { writeTinyModel } from '../support/tiny-model/write-model.ts';

/** Loading a model takes long where the machine is busy. */
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

let home: string;
let tiny: string;
/** Not ended after each test. */
let shared: ModelProcess;
const running: ModelProcess[] = [];
beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), 'mnemograph-model-'));
  tiny = join(home, 'tiny');
  writeTinyModel(tiny);
  shared = new ModelProcess({ ...(await findModel(tiny, hub())), device: 'cpu' });
});
afterEach(async () => {
  for (const each of running.splice(0)) await each.close();
});
afterAll(async () => {
  await shared.close();
  rmSync(home, { recursive: true });
});

const hub = () => ({ url: 'http://127.0.0.1:9', cacheDir: join(home, 'cache') });
async function open(folder: string, options?: ProcessOptions): Promise<ModelProcess> {
  const model = new ModelProcess({ ...(await findModel(folder, hub())), device: 'cpu' }, options);
  running.push(model);
  return model;
}
const labelsOf = async (model: ModelProcess, texts: readonly string[]) =>
  (await model.score(texts)).map((answer) => answer?.label);

describe('a model from a folder', () => {
  it('answers each text with its likeliest label, in the order of the texts whatever their lengths', async () => {
    const model = shared;
    expect((await model.start()).runtime).toMatch(/^onnxruntime-/);
    const long = `${'x '.repeat(400)}dns`;
    expect(await labelsOf(model, ['kernel panic', long, 'ok', 'ecc parity', 'access denied'])).toEqual([
      'SYSTEM_FAILURE',
      'NETWORK_ANOMALY',
      'NORMAL',
      'HARDWARE_ISSUE',
      'SECURITY_ANOMALY',
    ]);
  });

  it('gives a text the same verdict alone and among others', async () => {
    const model = shared;
    const [alone] = await model.score(['slow query']);
    const among = await model.score(['a', 'slow query', `${'word '.repeat(90)}crash`, 'password']);
    expect(among[1]!.label).toBe(alone!.label);
    expect(among[1]!.score).toBeCloseTo(alone!.score, 5);
  });

  it('has as many probabilities as labels where several may hold', async () => {
    const folder = join(home, 'multi');
    writeTinyModel(folder, {
      labels: ['NORMAL', 'ERROR'],
      words: { ERROR: ['bad'] },
      multiLabel: true,
      calm: 0,
    });
    const [answer] = await (await open(folder)).score(['bad bad']);
    expect(answer).toMatchObject({ label: 'ERROR' });
    expect(answer!.score).toBeGreaterThan(0.99);
  });

  it('is named after its content', async () => {
    const changed = join(home, 'changed', 'tiny');
    writeTinyModel(changed, { calm: 1 });
    const names = [
      await findModel(tiny, hub()),
      await findModel(changed, hub()),
      await findModel(tiny, hub()),
    ].map(({ name }) => name);
    expect(names[0]).toMatch(/^tiny@[0-9a-f]{8}$/);
    expect(names[2]).toBe(names[0]);
    expect(names[1]).not.toBe(names[0]);
  });
});

describe('a model that cannot be used', () => {
  const broken = (name: string, breakIt: (folder: string) => void) => {
    const folder = join(home, name);
    writeTinyModel(folder);
    breakIt(folder);
    return folder;
  };

  it('is told by the file that is missing', async () => {
    const folder = broken('no-tokenizer', (at) => unlinkSync(join(at, 'tokenizer.json')));
    await expect(open(folder)).rejects.toThrow(`${folder} has no tokenizer.json. Export the model with`);
    await expect(open(join(home, 'nowhere'))).rejects.toThrow('There is no folder');
  });

  it('is told by what its runtime says of it', async () => {
    const torn = broken('torn', (at) => writeFileSync(join(at, 'onnx', 'model.onnx'), 'no model'));
    await expect((await open(torn)).start()).rejects.toThrow(`The model in ${torn} cannot be used`);
    const nameless = broken('nameless', (at) => writeFileSync(join(at, 'config.json'), '{}'));
    await expect((await open(nameless)).start()).rejects.toThrow('names no labels (id2label)');
  });

  it('is told where its labels and its output differ', async () => {
    const other = broken('other', (at) => {
      writeTinyModel(join(home, 'two'), { labels: ['A', 'B'], words: {} });
      copyFileSync(join(home, 'two', 'onnx', 'model.onnx'), join(at, 'onnx', 'model.onnx'));
    });
    await expect((await open(other)).start()).rejects.toThrow(/shape|index|indices/);
  });
});

describe('a scoring process that dies', () => {
  it('fails the batch, and the next batch has a new one', async () => {
    const model = await open(tiny);
    await model.start();
    const first = model.pid!;
    const batch = model.score(Array.from({ length: 400 }, (_, i) => `slow ${'text '.repeat(80)}${i}`));
    process.kill(first, 'SIGKILL');
    await expect(batch).rejects.toThrow('it ended with SIGKILL');
    expect(await labelsOf(model, ['kernel panic'])).toEqual(['SYSTEM_FAILURE']);
    expect(model.pid).not.toBe(first);
  });

  it('is ended where it does not answer in time', async () => {
    const model = await open(tiny, { scoreTimeoutMs: 1 });
    await model.start();
    await expect(model.score(['x '.repeat(200)])).rejects.toThrow('it did not answer within 0.001 s');
  });
});
