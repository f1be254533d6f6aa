import {
  type Agreement,
  type BandAgreement,
  type ConfidenceAgreement,
  type Calibration as Content,
  readCalibration,
  usefulShare,
} from '../../memory/calibration.ts';
import { builder, type SchemaTypes } from '../builder.ts';
import { DecisionBandEnum } from '../enums.ts';

const agreementFields = <A extends Agreement>(t: PothosSchemaTypes.ObjectFieldBuilder<SchemaTypes, A>) => ({
  judged: t.int({
    description: 'How many judgements say either; of one reviewer on one candidate the latest.',
    resolve: ({ judged }) => judged,
  }),
  useful: t.int({
    description: 'Those of USEFUL, URGENT, PROMOTE or INVESTIGATE; the others: NOISE, FALSE_POSITIVE.',
    resolve: ({ useful }) => useful,
  }),
  usefulShare: t.float({
    nullable: true,
    description: 'useful by judged, 0 to 1; null where nothing was judged.',
    resolve: usefulShare,
  }),
});

const BandCalibration = builder.objectRef<BandAgreement>('BandCalibration').implement({
  description: 'What people judged of candidates of one band.',
  fields: (t) => ({
    band: t.expose('band', { type: DecisionBandEnum, description: 'The band that the reviewer saw.' }),
    ...agreementFields(t),
  }),
});

const ConfidenceCalibration = builder.objectRef<ConfidenceAgreement>('ConfidenceCalibration').implement({
  description: 'What people judged of candidates of a like confidence.',
  fields: (t) => ({
    from: t.exposeFloat('from', { description: 'The least confidence, included.' }),
    to: t.exposeFloat('to', { description: 'The greatest, excluded unless it is 1.' }),
    ...agreementFields(t),
  }),
});

const Calibration = builder.objectRef<Content>('Calibration').implement({
  description: 'How bands and confidence agree with what people decided so far.',
  fields: (t) => ({
    bands: t.expose('bands', { type: [BandCalibration], description: 'Every band, the least first.' }),
    confidence: t.expose('confidence', {
      type: [ConfidenceCalibration],
      description: 'Fifths of the confidence, the least first.',
    }),
  }),
});

builder.queryField('calibration', (t) =>
  t.field({
    type: Calibration,
    description: 'How far bands and confidence can be relied on, by the decisions of the past.',
    resolve: (_root, _args, { services, caller }) => readCalibration(services.store.read, caller.tenantId),
  }),
);
