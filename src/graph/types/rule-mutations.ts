import { RULE_VARIABLES } from '../../detect/rules/compile-rule.ts';
import { NotFoundError, ValidationError } from '../../domain/errors.ts';
import { deleteRule, type RuleDeleted } from '../../review/delete-rule.ts';
import { type RuleUpserted, upsertRule } from '../../review/upsert-rule.ts';
import { builder } from '../builder.ts';
import { EntityKindEnum, SeverityEnum } from '../enums.ts';
import { resultUnion } from '../errors.ts';
import { requiredKey } from '../keys.ts';
import { Rule } from '../nodes.ts';
import { loaded } from '../payload.ts';

const RulePayload = builder.objectRef<RuleUpserted>('RulePayload').implement({
  description: 'The rule as it is now.',
  fields: (t) => ({
    rule: loaded(t, Rule, { description: 'The rule.', key: (p) => p.ruleId }),
    created: t.exposeBoolean('created', { description: 'Whether it is new.' }),
  }),
});

const RuleResult = resultUnion('RuleResult', 'What writing a rule can answer.', RulePayload, [
  ValidationError,
]);

export const UpsertRuleInput = builder.inputType('UpsertRuleInput', {
  description: 'A rule, found by its name; what is left out stays.',
  fields: (t) => ({
    name: t.string({ required: true, description: 'Unique within the tenant; at most 200 characters.' }),
    description: t.string({ description: 'What it finds; at most 4,000 characters.' }),
    expression: t.string({
      description: `In the Common Expression Language (cel.dev), true of the events that are meant; needed for a new rule. ${Object.entries(
        RULE_VARIABLES,
      )
        .map(([name, text]) => `\`${name}\`: ${text}`)
        .join('; ')}. Text that an event does not tell is "", a number 0.`,
    }),
    severity: t.field({
      type: SeverityEnum,
      description: 'The severity of its signals; null: the worst of the events.',
    }),
    count: t.int({ description: 'How many events within the window make a signal; default 1.' }),
    windowMinutes: t.int({ description: 'The length of the window, at most 1440; default 30.' }),
    per: t.field({
      type: [EntityKindEnum],
      description: 'Whose events are counted together; default: of each host.',
    }),
    position: t.int({
      description: 'Of the rules that an event fulfils only the first counts; default 1000.',
    }),
    enabled: t.boolean({ description: 'Whether it is asked at all; default true.' }),
  }),
});

builder.mutationField('upsertRule', (t) =>
  t.field({
    type: RuleResult,
    description: 'Makes or changes a critical rule. It holds for the events that are stored from then on.',
    args: { input: t.arg({ type: UpsertRuleInput, required: true, description: 'The rule.' }) },
    resolve: (_root, { input }, { services, caller }) => upsertRule({ ...services, caller }, input),
  }),
);

const DeleteRulePayload = builder.objectRef<RuleDeleted>('DeleteRulePayload').implement({
  description: 'What was deleted.',
  fields: (t) => ({ name: t.exposeString('name', { description: 'The name of the rule that is gone.' }) }),
});

const DeleteRuleResult = resultUnion(
  'DeleteRuleResult',
  'What deleting a rule can answer.',
  DeleteRulePayload,
  [NotFoundError, ValidationError],
);

const DeleteRuleInput = builder.inputType('DeleteRuleInput', {
  description: 'The rule to delete.',
  fields: (t) => ({ ruleId: t.id({ required: true, description: 'The rule.' }) }),
});

builder.mutationField('deleteRule', (t) =>
  t.field({
    type: DeleteRuleResult,
    description: 'Deletes a rule, also one of those that every tenant begins with. What it found stays.',
    args: { input: t.arg({ type: DeleteRuleInput, required: true, description: 'Which.' }) },
    resolve: (_root, { input }, { services, caller }) =>
      deleteRule({ ...services, caller }, { ruleId: requiredKey('Rule', 'ruleId', input.ruleId) }),
  }),
);
