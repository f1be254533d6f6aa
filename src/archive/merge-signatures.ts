// Assets, signatures and what is known of their families. Whatever the archive and the memory each knew, afterwards
// every form is counted where the engine, and the people who bound it, say that it belongs.

import type { Severity } from '../domain/severity.ts';
import type { FamilyLearner } from '../pipeline/families/learner.ts';
import { groupFamilies } from '../pipeline/families/regroup.ts';
import { Counting } from '../pipeline/fold/counting.ts';
import { Deltas } from '../pipeline/fold/deltas.ts';
import { RuleBooks } from '../pipeline/rules/rule-books.ts';
import { sketched } from '../pipeline/sketch-forms.ts';
import { readBindings } from '../store/bindings.ts';
import { type Join, joinSignatures } from '../store/families.ts';
import { writeSketches } from '../store/sketches.ts';
import { type MergeContext, type Merged, run, staged, tally } from './merge.ts';

/** What the memory does not know of an asset comes from the archive; what it knows stays. */
export const mergeAssets = async (ctx: MergeContext): Promise<Merged> =>
  tally(
    await run(
      ctx,
      `insert into asset as a (tenant_id, hostname, asset_type, service_group, ip_addresses, platform, tags, metadata,
                               created_at, updated_at)
       select distinct on (hostname) $1::int, hostname, "assetType", "serviceGroup",
              array(select jsonb_array_elements_text("ipAddresses")), platform,
              array(select jsonb_array_elements_text(tags)), nullif(metadata, 'null'), "createdAt", "updatedAt"
         from ${staged('asset', 'hostname text, "assetType" text, "serviceGroup" text, "ipAddresses" jsonb, platform text, tags jsonb, metadata jsonb, "createdAt" timestamptz, "updatedAt" timestamptz')} r
        order by hostname
       on conflict (tenant_id, hostname) do update set
         asset_type = coalesce(a.asset_type, excluded.asset_type),
         service_group = coalesce(a.service_group, excluded.service_group),
         ip_addresses = a.ip_addresses || array(select unnest(excluded.ip_addresses) except select unnest(a.ip_addresses)),
         platform = coalesce(a.platform, excluded.platform),
         tags = a.tags || array(select unnest(excluded.tags) except select unnest(a.tags)),
         metadata = coalesce(a.metadata, excluded.metadata),
         updated_at = greatest(a.updated_at, excluded.updated_at)
        where not (a.ip_addresses @> excluded.ip_addresses and a.tags @> excluded.tags)
           or (a.asset_type is null and excluded.asset_type is not null)
           or (a.service_group is null and excluded.service_group is not null)
           or (a.platform is null and excluded.platform is not null)
           or (a.metadata is null and excluded.metadata is not null)
       returning xmax = 0 as added`,
    ),
  );

const SIGNATURE_COLUMNS = `key text, scope text, version smallint, service text, "eventFamily" text, pattern text,
  example text, "pairKey" text, "pairRole" text, "firstSeenAt" timestamptz, "lastSeenAt" timestamptz,
  occurrences bigint, "worstSeverity" smallint, severities smallint, score int, "mergedInto" text, part text, metadata jsonb, "createdAt" timestamptz`;

/** New rows only, uncounted; where each was joined to is taken over as it is. */
export async function addSignatures(ctx: MergeContext): Promise<Merged> {
  const made = await run<{ key: string }>(
    ctx,
    `insert into signature (tenant_id, scope, key, version, service, event_family, pattern, example_message, pair_key,
                            pair_role, first_seen_at, last_seen_at, worst_severity, severities, score, part, metadata, created_at)
     select distinct on (key) $1::int, scope, key, version, service, "eventFamily", pattern, example, "pairKey",
            "pairRole", "firstSeenAt", "lastSeenAt", "worstSeverity", severities, score, part, nullif(metadata, 'null'), "createdAt"
       from ${staged('signature', SIGNATURE_COLUMNS)} r order by key
     on conflict do nothing returning key`,
  );
  await ctx.client.query(
    `update signature s set merged_into_id = coalesce(t.merged_into_id, t.signature_id)
       from ${staged('signature', 'key text, "mergedInto" text')} r
       join signature t on t.tenant_id = $1 and t.key = r."mergedInto"
      where s.tenant_id = $1 and s.key = r.key and s.key = any($2::text[])`,
    [ctx.tenantId, made.map((row) => row.key)],
  );
  return { added: made.length, changed: 0 };
}

/** What the archive has as one family is one family. */
export async function joinFamilies(ctx: MergeContext): Promise<void> {
  const joins = await run<Join>(
    ctx,
    `select distinct on (f.signature_id) f.signature_id as "fromId", f.key as "fromKey", t.signature_id as "toId",
            t.key as "toKey", f.occurrence_count > 0 as "isCounted"
       from ${staged('signature', 'key text, "mergedInto" text')} r
       join signature a on a.tenant_id = $1 and a.key = r.key
       join signature f on f.tenant_id = $1 and f.signature_id = coalesce(a.merged_into_id, a.signature_id)
       join signature b on b.tenant_id = $1 and b.key = r."mergedInto"
       join signature t on t.tenant_id = $1 and t.signature_id = coalesce(b.merged_into_id, b.signature_id)
      where f.signature_id <> t.signature_id
      order by f.signature_id, t.signature_id`,
  );
  // One at a time: a family may be led on by the join before.
  for (const join of joins) {
    const [from, to] = await rootsOf(ctx, [join.fromKey, join.toKey]);
    if (from!.id === to!.id) continue;
    await joinSignatures(
      ctx.client,
      ctx.tenantId,
      [{ fromId: from!.id, fromKey: from!.key, toId: to!.id, toKey: to!.key, isCounted: from!.isCounted }],
      'IMPORTED',
    );
  }
}

async function rootsOf(ctx: MergeContext, keys: readonly string[]) {
  const { rows } = await ctx.client.query<{ asked: string; id: string; key: string; isCounted: boolean }>(
    `select s.key as asked, r.signature_id as id, r.key, r.occurrence_count > 0 as "isCounted"
       from signature s
       join signature r on r.tenant_id = $1 and r.signature_id = coalesce(s.merged_into_id, s.signature_id)
      where s.tenant_id = $1 and s.key = any($2::text[])`,
    [ctx.tenantId, keys],
  );
  return keys.map((key) => rows.find((row) => row.asked === key));
}

export async function mergeDecisions(ctx: MergeContext): Promise<Merged> {
  const aliases = await run(
    ctx,
    `insert into signature_alias (tenant_id, key, to_key, reason, undone, undone_at, created_at)
     select $1, r.key, r."toKey", r.reason, r.undone, r."undoneAt", r."createdAt"
       from ${staged('alias', 'key text, "toKey" text, reason text, undone boolean, "undoneAt" timestamptz, "createdAt" timestamptz')} r
      where not exists (select 1 from signature_alias a where a.tenant_id = $1 and a.key = r.key
                           and a.to_key = r."toKey" and a.created_at = r."createdAt")
      order by r."createdAt", r.key returning 1`,
  );
  const constraints = await run(
    ctx,
    `insert into signature_constraint (tenant_id, kind, key, other_key, detail, author, reason, moved, undone_at,
                                       undone_by, created_at, seq)
     select $1, n.decision, n.key, n."otherKey", n.detail, n.author, n.reason, nullif(n.moved, 'null'), n."undoneAt",
            n."undoneBy", n."createdAt", nextval('mnemograph_learnt_seq')
       from (select * from ${staged('constraint', 'decision text, key text, "otherKey" text, detail jsonb, author text, reason text, moved jsonb, "undoneAt" timestamptz, "undoneBy" text, "createdAt" timestamptz')} r
              where not exists (select 1 from signature_constraint c where c.tenant_id = $1 and c.key = r.key
                                   and c.other_key = r."otherKey" and c.kind = r.decision and c.created_at = r."createdAt")
              order by r."createdAt", r.key) n
     returning 1`,
  );
  return { added: aliases.length + constraints.length, changed: 0 };
}

/** Forms learnt between two statements. */
const FORMS_AT_ONCE = 2_000;

interface Sighting {
  readonly key: string;
  readonly signatureId: string;
  /** null: no event of it is counted. */
  readonly firstUs: string | null;
  readonly example: string;
}

/** Adds the forms and lets the engine learn from them; returns the signatures that may be worded otherwise now. */
export async function learnForms(ctx: MergeContext, learner: FamilyLearner): Promise<string[]> {
  await run(
    ctx,
    `insert into signature_form (tenant_id, key, form_key, content_key, signature_id, partition, example, first_seen_at,
                                 created_at)
     select distinct on (r.key) $1::int, r.key, r."formKey", r."contentKey", s.signature_id, r.partition, r.example, r."firstSeenAt",
            coalesce(r."createdAt", clock_timestamp())
       from ${staged('form', 'key text, "formKey" text, "contentKey" text, signature text, partition text, example text, "firstSeenAt" timestamptz, "createdAt" timestamptz')} r
       join signature s on s.tenant_id = $1 and s.key = r.signature
      order by r.key on conflict do nothing`,
  );
  const changed = new Set<string>();
  for (let after = ''; ; ) {
    const { rows } = await ctx.client.query<Sighting>(
      `select r.key, f.signature_id as "signatureId", r.example,
              (extract(epoch from r."firstCountedAt") * 1000000)::bigint as "firstUs"
         from ${staged('form', 'key text, example text, "firstCountedAt" timestamptz')} r
         join signature_form f on f.tenant_id = $1 and f.key = r.key
        where r.key > $2 order by r.key limit ${FORMS_AT_ONCE}`,
      [ctx.tenantId, after],
    );
    if (rows.length === 0) break;
    after = rows.at(-1)!.key;
    const { client, tenantId } = ctx;
    await writeSketches(client, tenantId, rows.map(sketched));
    const grouping = await groupFamilies({ client, tenantId, learner }, sightingsOf(rows), []);
    for (const signatureId of grouping.changed) changed.add(signatureId);
  }
  return [...changed];
}

/** Brings the families in line with all decisions, those that came along too; returns the signatures that changed. */
export async function obeyDecisions(ctx: MergeContext, learner: FamilyLearner): Promise<readonly string[]> {
  const { client, tenantId, store, clock } = ctx;
  const bindings = await readBindings(client, tenantId);
  if (bindings.length === 0) return [];
  const families = bindings.flatMap(({ anchors }) =>
    anchors.map(({ partition, key }) => ({ partition, formKey: key })),
  );
  const reader = await new RuleBooks(store, clock).readerOf(tenantId);
  const counting = new Counting({ client, tenantId, learner }, { reader, nowUs: clock.nowUs() });
  return (await counting.rebind({ bindings, families, limit: Number.POSITIVE_INFINITY })).changed;
}

function sightingsOf(rows: readonly Sighting[]): Deltas {
  const deltas = new Deltas();
  for (const { signatureId, firstUs, example } of rows) {
    if (firstUs === null) continue;
    const us = Number(firstUs);
    deltas.signatures.set(signatureId, {
      signatureId,
      n: 0,
      worst: 0 as Severity,
      severities: 0,
      firstUs: us,
      lastUs: us,
      example,
    });
  }
  return deltas;
}
