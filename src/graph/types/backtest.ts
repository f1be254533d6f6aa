// What other thresholds and rules would have found.
import type { InputFieldMap } from '@pothos/core';
import {
  backtest,
  type Backtest as Content,
  type Judged,
  MAX_BACKTEST_DAYS,
} from '../../pipeline/backtest/backtest.ts';
import type { ChangedSetting, Changes } from '../../pipeline/backtest/change-thresholds.ts';
import type { Rebanded } from '../../pipeline/backtest/compare.ts';
import type { JudgedMatch } from '../../pipeline/backtest/judged.ts';
import { GROUPS, KNOBS } from '../../pipeline/backtest/knobs.ts';
import { rulesWith } from '../../review/rule-changes.ts';
import { builder } from '../builder.ts';
import { CandidateTypeEnum, DecisionBandEnum, EntityKindEnum, SeverityEnum } from '../enums.ts';
import { Candidate, Signal } from '../nodes.ts';
import { loadedOrNull } from '../payload.ts';
import { UpsertRuleInput } from './rule-mutations.ts';

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
    settings: t.field({ type: BacktestSettingsInput, description: 'The thresholds to try.' }),
    rules: t.field({
      type: [UpsertRuleInput],
      description:
        'The rules to try, as `upsertRule` takes them: new ones, and present ones by their name with what would change.',
    }),
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

const BacktestMatch = builder.objectRef<JudgedMatch>('BacktestMatch').implement({
  description:
    'A match that only the changed rules, or only those in force, find: what would be a RULE_MATCH signal.',
  fields: (t) => ({
    rule: t.exposeString('rule', { description: 'The name of the rule.' }),
    text: t.exposeString('text', { description: 'What it found, in a sentence.' }),
    severity: t.expose('severity', { type: SeverityEnum, description: 'Of the signal.' }),
    entityKind: t.expose('kind', {
      type: EntityKindEnum,
      description: 'Whose events were counted together.',
    }),
    entity: t.string({
      nullable: true,
      description: 'Its name or address; null where the events tell none.',
      resolve: (m) => (m.entity === '' ? null : m.entity),
    }),
    observedAt: t.expose('startUs', { type: 'DateTime', description: 'The first event.' }),
    endedAt: t.expose('endUs', { type: 'DateTime', description: 'The last event.' }),
    events: t.exposeInt('n', { description: 'How many there were.' }),
    signal: loadedOrNull(t, Signal, {
      description: 'The stored signal that it is; null where there is none.',
      key: (m) => m.signalId,
    }),
    acknowledged: t.exposeInt('acknowledged', {
      description: 'How many past signals of the rule on this subject people acknowledged.',
    }),
  }),
});

const Backtest = builder.objectRef<Content>('Backtest').implement({
  description: 'What other thresholds or rules would have found in stored history.',
  fields: (t) => ({
    settings: t.expose('settings', { type: [SettingChange], description: 'What was tried.' }),
    from: t.expose('fromUs', { type: 'DateTime', description: 'The beginning, included.' }),
    to: t.expose('toUs', { type: 'DateTime', description: 'The end, excluded.' }),
    candidatesBefore: t.exposeInt('before', {
      nullable: true,
      description: 'How many candidates the thresholds in force find; null where none were tried.',
    }),
    candidatesAfter: t.exposeInt('after', {
      nullable: true,
      description: 'How many the changed ones find; null where none were tried.',
    }),
    gained: t.expose('gained', { type: [BacktestCandidate], description: 'Found only by the changed ones.' }),
    lost: t.expose('lost', { type: [BacktestCandidate], description: 'Found only by those in force.' }),
    moved: t.expose('rebanded', { type: [BacktestMove], description: 'Found by both, in different bands.' }),
    matchesGained: t.expose('matchesGained', {
      type: [BacktestMatch],
      description: 'Found only by the changed rules. Rules make signals, which change no candidate.',
    }),
    matchesLost: t.expose('matchesLost', {
      type: [BacktestMatch],
      description: 'Found only by the rules in force.',
    }),
  }),
});

builder.queryField('backtest', (t) =>
  t.field({
    type: Backtest,
    description:
      'Runs detection over stored history twice, with the thresholds or rules in force and with changed ones, and tells which candidates and matches would be gained and lost. Stores nothing.',
    args: { input: t.arg({ type: BacktestInput, required: true, description: 'What to try.' }) },
    resolve: async (_root, { input }, { services, caller }) => {
      const ctx = { ...services, caller };
      return backtest(ctx, {
        settings: (input.settings ?? null) as Changes | null,
        rules: input.rules ? await rulesWith(ctx, input.rules) : null,
        fromUs: input.from,
        toUs: input.to,
      });
    },
  }),
);
