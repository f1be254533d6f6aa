// What other thresholds would have found.
import type { InputFieldMap } from '@pothos/core';
import {
  backtest,
  type Backtest as Content,
  type Judged,
  MAX_BACKTEST_DAYS,
} from '../../pipeline/backtest/backtest.ts';
import type { ChangedSetting, Changes } from '../../pipeline/backtest/change-thresholds.ts';
import type { Rebanded } from '../../pipeline/backtest/compare.ts';
import { GROUPS, KNOBS } from '../../pipeline/backtest/knobs.ts';
import { builder } from '../builder.ts';
import { CandidateTypeEnum, DecisionBandEnum, SeverityEnum } from '../enums.ts';
import { Candidate } from '../nodes.ts';
import { loadedOrNull } from '../payload.ts';

const capital = (text: string) => `${text[0]!.toUpperCase()}${text.slice(1)}`;

const groupInput = (group: string, description: string) =>
  builder.inputType(`${capital(group)}SettingsInput`, {
    description: `${description} What is left out stays as it is.`,
    fields: (t) =>
      Object.fromEntries(
        KNOBS.filter((knob) => knob.group === group).map(({ name, kind, says, least, most }) => {
          const bounds = `${says} From ${least} to ${most}.`;
          if (kind === 'severity') return [name, t.field({ type: SeverityEnum, description: says })];
          return [name, kind === 'whole' ? t.int({ description: bounds }) : t.float({ description: bounds })];
        }),
      ) as InputFieldMap,
  });

const BacktestSettingsInput = builder.inputType('BacktestSettingsInput', {
  description: 'The thresholds to try.',
  fields: (t) =>
    Object.fromEntries(
      Object.entries(GROUPS).map(([group, description]) => [
        group,
        t.field({ type: groupInput(group, description), description }),
      ]),
    ) as InputFieldMap,
});

const BacktestInput = builder.inputType('BacktestInput', {
  description: `What to try, and on which events: from included, to excluded, at most ${MAX_BACKTEST_DAYS} days.`,
  fields: (t) => ({
    settings: t.field({ type: BacktestSettingsInput, required: true, description: 'The thresholds to try.' }),
    from: t.field({ type: 'DateTime', required: true, description: 'The beginning.' }),
    to: t.field({ type: 'DateTime', required: true, description: 'The end.' }),
  }),
});

const SettingChange = builder.objectRef<ChangedSetting>('SettingChange').implement({
  description: 'A threshold that was tried.',
  fields: (t) => ({
    name: t.exposeString('name', { description: 'Group and name, as in the input: "spike.ratio".' }),
    from: t.exposeFloat('from', { description: 'What it is; severities by rank, 0 for DEBUG.' }),
    to: t.exposeFloat('to', { description: 'What was tried.' }),
  }),
});

const BacktestCandidate = builder.objectRef<Judged>('BacktestCandidate').implement({
  description: 'A candidate that only one of the two runs found.',
  fields: (t) => ({
    type: t.field({ type: CandidateTypeEnum, description: 'Which pattern.', resolve: (j) => j.found.type }),
    title: t.string({ description: 'The candidate in a line.', resolve: (j) => j.found.title }),
    explanation: t.string({ description: 'Why it is one.', resolve: (j) => j.found.explanation }),
    firstSeenAt: t.field({
      type: 'DateTime',
      description: 'Its first event.',
      resolve: (j) => j.found.firstUs,
    }),
    lastSeenAt: t.field({ type: 'DateTime', description: 'Its last event.', resolve: (j) => j.found.lastUs }),
    scoreTotal: t.float({ description: '0 to 1.', resolve: (j) => j.found.score / 1e6 }),
    decisionBand: t.field({
      type: DecisionBandEnum,
      description: 'What the score recommends.',
      resolve: (j) => j.found.decisionBand,
    }),
    candidate: loadedOrNull(t, Candidate, {
      description: 'The stored candidate that it is, with its reviews; null where there is none.',
      key: (j) => j.candidateId,
    }),
    useful: t.exposeInt('useful', {
      description: 'How many past decisions found candidates of its type and signature useful.',
    }),
    noise: t.exposeInt('noise', { description: 'How many found them noise or false.' }),
  }),
});

const BacktestMove = builder.objectRef<Rebanded>('BacktestMove').implement({
  description: 'A candidate that both runs found, in different bands.',
  fields: (t) => ({
    type: t.field({ type: CandidateTypeEnum, description: 'Which pattern.', resolve: (m) => m.after.type }),
    title: t.string({ description: 'The candidate in a line.', resolve: (m) => m.after.title }),
    scoreBefore: t.float({ description: 'As it is, 0 to 1.', resolve: (m) => m.before.score / 1e6 }),
    scoreAfter: t.float({ description: 'As tried, 0 to 1.', resolve: (m) => m.after.score / 1e6 }),
    bandBefore: t.field({
      type: DecisionBandEnum,
      description: 'As it is.',
      resolve: (m) => m.before.decisionBand,
    }),
    bandAfter: t.field({
      type: DecisionBandEnum,
      description: 'As tried.',
      resolve: (m) => m.after.decisionBand,
    }),
  }),
});

const Backtest = builder.objectRef<Content>('Backtest').implement({
  description: 'What other thresholds would have found in stored history.',
  fields: (t) => ({
    settings: t.expose('settings', { type: [SettingChange], description: 'What was tried.' }),
    from: t.expose('fromUs', { type: 'DateTime', description: 'The beginning, included.' }),
    to: t.expose('toUs', { type: 'DateTime', description: 'The end, excluded.' }),
    candidatesBefore: t.exposeInt('before', {
      description: 'How many candidates the thresholds in force find.',
    }),
    candidatesAfter: t.exposeInt('after', { description: 'How many the changed ones find.' }),
    gained: t.expose('gained', { type: [BacktestCandidate], description: 'Found only by the changed ones.' }),
    lost: t.expose('lost', { type: [BacktestCandidate], description: 'Found only by those in force.' }),
    moved: t.expose('rebanded', { type: [BacktestMove], description: 'Found by both, in different bands.' }),
  }),
});

builder.queryField('backtest', (t) =>
  t.field({
    type: Backtest,
    description:
      'Runs detection over stored history twice, with the thresholds in force and with changed ones, and tells which candidates would be gained and lost. Stores nothing.',
    args: { input: t.arg({ type: BacktestInput, required: true, description: 'What to try.' }) },
    resolve: (_root, { input }, { services, caller }) =>
      backtest(
        { ...services, caller },
        { settings: input.settings as Changes, fromUs: input.from, toUs: input.to },
      ),
  }),
);
