import type pg from 'pg';
import { describeForm } from '../../signature/engine.ts';
import { readJoined, writeJoined } from '../../store/forms.ts';
import { storableText } from '../sign.ts';

/** Lets those of the given signatures that are counted for another say what their form is, and no more. */
export async function stateJoined(
  { client, tenantId }: { readonly client: pg.ClientBase; readonly tenantId: number },
  signatureIds: readonly string[],
): Promise<void> {
  const joined = await readJoined(client, tenantId, signatureIds);
  if (joined.length === 0) return;
  const worded = joined.map((form) => ({
    ...form,
    pattern: storableText(describeForm(form.example, '').pattern),
  }));
  await writeJoined(client, tenantId, worded);
}
