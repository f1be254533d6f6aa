// Little incidents as log files, each with the digest that an operator would read. A digest that changed is to be read
// before it is accepted (`vitest -u`): is it better told than before?
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { interesting } from '../../src/memory/digest/interesting.ts';
import { renderDigest } from '../../src/memory/digest/render-digest.ts';
import { startTestPipeline, type TestPipeline } from '../support/pipeline.ts';

const FOLDER = join(import.meta.dirname, 'stories');
const STORIES = readdirSync(FOLDER)
  .filter((name) => name.endsWith('.log'))
  .map((name) => basename(name, '.log'));
const AT = '2026-03-08T12:00:00Z';
const TOLD = 5;

let t: TestPipeline;
beforeAll(async () => {
  t = await startTestPipeline({ at: AT });
});
afterAll(() => t.close());

async function digestOf(story: string): Promise<string> {
  const caller = await t.callerOf(story);
  const lines = readFileSync(join(FOLDER, `${story}.log`), 'utf8')
    .trimEnd()
    .split('\n');
  await t.pipeline.ingestLines(caller, { lines, sourceType: 'FILE', sourcePath: `${story}.log` });
  await t.pipeline.settle(caller.tenantId);
  const highlights = await interesting({ store: t.store, caller }, { first: TOLD });
  return renderDigest(story.replaceAll('-', ' '), highlights);
}

describe('the story of the', () => {
  it.each(STORIES)('%s', async (story) => {
    await expect(await digestOf(story)).toMatchFileSnapshot(join(FOLDER, `${story}.digest.txt`));
  });
});
