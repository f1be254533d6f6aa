// The demo's memory, whole: the sample, and what its operators learned from one of its stories.
import type { Caller } from '../../domain/caller.ts';
import type { Runtime } from '../../runtime.ts';
import { rememberDeploy } from './remember.ts';
import { type Seeding, seedSample } from './seed.ts';

/** Once seeded, seeding again changes nothing. */
export async function seedDemo(
  { store, pipeline, clock }: Pick<Runtime, 'store' | 'pipeline' | 'clock'>,
  caller: Caller,
): Promise<Seeding> {
  const seeding = await seedSample({ store, pipeline, clock }, caller);
  await rememberDeploy({ store, clock, caller }, seeding.anchorUs);
  return seeding;
}
