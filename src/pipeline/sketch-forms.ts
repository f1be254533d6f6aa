// Writes the sketches of forms that were stored by a version without them, or with older ones. Any number of processes
// may do it at once: a form is sketched once.
import { mapInTurns } from '../domain/turns.ts';
import { describeForm } from '../signature/engine.ts';
import { SKETCH_VERSION, sketchOf } from '../signature/sketch.ts';
import { readUnsketched, type UnsketchedForm, writeSketches } from '../store/sketches.ts';
import type { Store } from '../store/store.ts';

const FORMS_AT_ONCE = 500;

/** Ends early when `signal` says so; the next start goes on. Returns how many it wrote. */
export async function sketchForms(store: Store, signal: AbortSignal): Promise<number> {
  let after: Pick<UnsketchedForm, 'tenantId' | 'key'> = { tenantId: 0, key: '' };
  let written = 0;
  while (!signal.aborted) {
    const forms = await readUnsketched(store.writePool, SKETCH_VERSION, after, FORMS_AT_ONCE);
    if (forms.length === 0) break;
    for (const tenantId of new Set(forms.map((form) => form.tenantId))) {
      const own = forms.filter((form) => form.tenantId === tenantId);
      await writeSketches(store.writePool, tenantId, await mapInTurns(own, sketched));
    }
    after = forms.at(-1)!;
    written += forms.length;
  }
  return written;
}

export const sketched = ({ key, example }: Pick<UnsketchedForm, 'key' | 'example'>) => ({
  key,
  sketch: sketchOf(describeForm(example, '').canonical),
});
