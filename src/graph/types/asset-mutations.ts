import { ValidationError } from '../../domain/errors.ts';
import { type AssetUpserted, upsertAsset } from '../../review/upsert-asset.ts';
import { builder } from '../builder.ts';
import { resultUnion } from '../errors.ts';
import { Asset } from '../nodes.ts';
import { loaded } from '../payload.ts';

const AssetPayload = builder.objectRef<AssetUpserted>('AssetPayload').implement({
  description: 'The asset as it is now.',
  fields: (t) => ({
    asset: loaded(t, Asset, { description: 'The asset.', key: (p) => p.assetId }),
    created: t.exposeBoolean('created', { description: 'Whether it is new.' }),
  }),
});

const AssetResult = resultUnion('AssetResult', 'What writing an asset can answer.', AssetPayload, [
  ValidationError,
]);

const UpsertAssetInput = builder.inputType('UpsertAssetInput', {
  description: 'An asset, found by its hostname; what is left out stays.',
  fields: (t) => ({
    hostname: t.string({ required: true, description: 'As events name it; at most 255 characters.' }),
    assetType: t.string({ description: 'What it is: server, switch, database…' }),
    serviceGroup: t.string({ description: 'The service that it belongs to.' }),
    ipAddresses: t.stringList({ description: 'Its addresses; replaces the old list.' }),
    platform: t.string({ description: 'What it runs on.' }),
    tags: t.stringList({ description: 'Free labels; replaces the old list.' }),
    metadata: t.field({ type: 'JSON', description: 'Any JSON object; replaces the old one.' }),
  }),
});

builder.mutationField('upsertAsset', (t) =>
  t.field({
    type: AssetResult,
    description: 'Describes an asset; makes it where no event has named it yet.',
    args: { input: t.arg({ type: UpsertAssetInput, required: true, description: 'The asset.' }) },
    resolve: (_root, { input }, { services, caller }) => upsertAsset({ ...services, caller }, input),
  }),
);
