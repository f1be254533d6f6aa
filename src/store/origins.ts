// Sources, origins and assets as dimensions of events.
import type { SourceType } from '../domain/words.ts';
import { Dimension } from './dimensions.ts';

export interface SourceContent {
  readonly name: string;
  readonly connector: string;
}

export interface OriginContent {
  readonly sourceId: string;
  readonly sourceType: SourceType;
  readonly sourcePath: string;
  readonly host: string;
  readonly service: string;
}

export const originKey = (o: OriginContent): string =>
  `${o.sourceId}\u0000${o.sourceType}\u0000${o.sourcePath}\u0000${o.host}\u0000${o.service}`;

export const sources = () =>
  new Dimension<SourceContent>({
    keyOf: (source) => source.name,
    select: async (client, tenantId, contents) => {
      const { rows } = await client.query(
        'select name as key, source_id as id from source where tenant_id = $1 and name = any($2::text[])',
        [tenantId, contents.map((c) => c.name)],
      );
      return rows;
    },
    insert: async (client, tenantId, contents) => {
      const { rows } = await client.query(
        `insert into source (tenant_id, name, connector)
         select $1, s.name, s.connector from unnest($2::text[], $3::text[]) as s(name, connector)
         on conflict do nothing returning name as key, source_id as id`,
        [tenantId, contents.map((c) => c.name), contents.map((c) => c.connector)],
      );
      return rows;
    },
  });

const originColumns = (contents: readonly OriginContent[]) => [
  contents.map((c) => c.sourceId),
  contents.map((c) => c.sourceType),
  contents.map((c) => c.sourcePath),
  contents.map((c) => c.host),
  contents.map((c) => c.service),
];

type OriginRow = {
  id: string;
  source_id: string;
  source_type: SourceType;
  source_path: string;
  host: string;
  service: string;
};

const originRow = (row: OriginRow) => ({
  id: row.id,
  key: originKey({
    sourceId: row.source_id,
    sourceType: row.source_type,
    sourcePath: row.source_path,
    host: row.host,
    service: row.service,
  }),
});

const ORIGIN_INPUT = `unnest($2::bigint[], $3::text[], $4::text[], $5::text[], $6::text[])
  as i(source_id, source_type, source_path, host, service)`;

export const origins = () =>
  new Dimension<OriginContent>({
    keyOf: originKey,
    select: async (client, tenantId, contents) => {
      const { rows } = await client.query<OriginRow>(
        `select o.origin_id as id, o.source_id, o.source_type, o.source_path, o.host, o.service
           from ${ORIGIN_INPUT} join origin o using (source_id, source_type, source_path, host, service)
          where o.tenant_id = $1`,
        [tenantId, ...originColumns(contents)],
      );
      return rows.map(originRow);
    },
    insert: async (client, tenantId, contents) => {
      const { rows } = await client.query<OriginRow>(
        `insert into origin (tenant_id, source_id, source_type, source_path, host, service)
         select $1, i.* from ${ORIGIN_INPUT} on conflict do nothing
         returning origin_id as id, source_id, source_type, source_path, host, service`,
        [tenantId, ...originColumns(contents)],
      );
      return rows.map(originRow);
    },
  });

export const assets = () =>
  new Dimension<string>({
    keyOf: (hostname) => hostname,
    select: async (client, tenantId, hostnames) => {
      const { rows } = await client.query(
        'select hostname as key, asset_id as id from asset where tenant_id = $1 and hostname = any($2::text[])',
        [tenantId, hostnames],
      );
      return rows;
    },
    insert: async (client, tenantId, hostnames) => {
      const { rows } = await client.query(
        `insert into asset (tenant_id, hostname) select $1, unnest($2::text[]) on conflict do nothing
         returning hostname as key, asset_id as id`,
        [tenantId, hostnames],
      );
      return rows;
    },
  });
