import { builtInScorer } from '../../anomaly/built-in.ts';
import { ValidationError } from '../../domain/errors.ts';
import type { AnomalyScoring, ScoringRun, ScoringStatus } from '../../pipeline/scoring/scoring.ts';
import { builder } from '../builder.ts';

const NO_MODEL =
  'Skipped: no model is configured (MNEMOGRAPH_ANOMALY_MODEL). The built-in scorer judges every signature as it is counted.';

/** How long a run waits for events that were acknowledged before it to be counted. */
const SETTLE_MS = 10_000;

const AnomalyScoringRun = builder.objectRef<ScoringRun>('AnomalyScoringRun').implement({
  description: "What a run of the model did. It scores each distinct message once: a signature's pattern.",
  fields: (t) => ({
    scored: t.exposeInt('scored', {
      description: 'Distinct messages (a signature at a severity) that got their verdict.',
    }),
    detections: t.exposeInt('detections', { description: 'MODEL signals made of them.' }),
    skipped: t.exposeInt('skipped', {
      description: 'Distinct messages left out: the model failed on them, or no model is configured.',
    }),
    error: t.exposeString('error', {
      nullable: true,
      description: 'Why it stopped before the end; what is counted above was done before.',
    }),
    explanation: t.string({
      description: 'What happened, in a sentence.',
      resolve: (run, _args, { services }) => runInWords(run, services.scoring),
    }),
    endedAt: t.expose('endedUs', { type: 'DateTime', description: 'When it ended.' }),
  }),
});

type Status = ScoringStatus & { readonly scoring: AnomalyScoring };

const AnomalyScoringStatus = builder.objectRef<Status>('AnomalyScoringStatus').implement({
  description: 'Whether a model scores events, and how that is going.',
  fields: (t) => ({
    configured: t.boolean({
      description: 'Whether a model is set up.',
      resolve: ({ scoring }) => scoring.model !== null,
    }),
    model: t.string({
      nullable: true,
      description: 'The model as it is configured: a folder, or its id on the hub.',
      resolve: ({ scoring }) => scoring.model?.model ?? null,
    }),
    device: t.string({
      nullable: true,
      description: 'What it runs on.',
      resolve: ({ scoring }) => scoring.model?.device ?? null,
    }),
    threshold: t.float({
      description: 'The score from which on an anomalous label is a detection.',
      resolve: ({ scoring }) => scoring.threshold,
    }),
    scorer: t.string({
      nullable: true,
      description:
        'Which scorer judges events: `builtin`, or the model with its version; null until the model is loaded.',
      resolve: ({ scoring, opened }) =>
        scoring.model === null ? builtInScorer.name : (opened?.name ?? null),
    }),
    runtime: t.string({
      nullable: true,
      description: 'Which package runs the model, with its version; null while none does.',
      resolve: ({ opened }) => opened?.runtime ?? null,
    }),
    queue: t.exposeInt('waiting', {
      description: 'Distinct messages that await a model; the newest are scored first.',
    }),
    unscorable: t.exposeInt('unscorable', {
      description: 'Distinct messages that the model failed on. A run with `rescore` tries them again.',
    }),
    lastRun: t.expose('lastRun', {
      type: AnomalyScoringRun,
      nullable: true,
      description: 'The latest run that had something to do, since this server started.',
    }),
    explanation: t.string({ description: 'How things stand, in a sentence.', resolve: statusInWords }),
  }),
});

builder.queryField('anomalyScoring', (t) =>
  t.field({
    type: AnomalyScoringStatus,
    description: 'Whether a model scores events, and how that is going.',
    resolve: async (_root, _args, { services: { scoring }, caller }) => ({
      ...(await scoring.status(caller.tenantId)),
      scoring,
    }),
  }),
);

const RunAnomalyScoringInput = builder.inputType('RunAnomalyScoringInput', {
  description: 'Which messages to score: those of which the newest event is in this time.',
  fields: (t) => ({
    since: t.field({
      type: 'DateTime',
      description: 'Not before this moment; default: without that bound.',
    }),
    until: t.field({ type: 'DateTime', description: 'Before this moment; default: without that bound.' }),
    rescore: t.boolean({
      description:
        'Also what this version of the model has judged or failed on. Another version judges everything anew by itself.',
    }),
  }),
});

builder.mutationField('runAnomalyScoring', (t) =>
  t.field({
    type: AnomalyScoringRun,
    description:
      'Has the model score now what awaits it, instead of in the background. It answers when all is done.',
    args: {
      input: t.arg({
        type: RunAnomalyScoringInput,
        description: 'Which messages; default: all not scored yet.',
      }),
    },
    resolve: async (_root, { input }, { services: { scoring, pipeline }, caller }) => {
      const sinceUs = input?.since ?? null;
      const untilUs = input?.until ?? null;
      if (sinceUs !== null && untilUs !== null && sinceUs >= untilUs)
        throw new ValidationError('`since` must come before `until`.', ['input', 'since']);
      await pipeline.settle(caller.tenantId, SETTLE_MS);
      return scoring.run(caller.tenantId, { sinceUs, untilUs, rescore: input?.rescore === true });
    },
  }),
);

const messages = (n: number): string => `${n} ${n === 1 ? 'message' : 'messages'}`;

function runInWords({ scored, detections, skipped, error }: ScoringRun, scoring: AnomalyScoring): string {
  if (scoring.model === null) return NO_MODEL;
  const done = `${messages(scored)} scored, ${detections} detections`;
  const left = skipped === 0 ? '' : `; the model failed on ${messages(skipped)}`;
  return `${done}${left}.${error === null ? '' : ` It stopped: ${error}`}`;
}

function statusInWords({ scoring, opened, waiting, lastRun }: Status): string {
  if (scoring.model === null) return NO_MODEL;
  if (lastRun?.error != null)
    return `The built-in scorer alone judges, for the model does not: ${lastRun.error}`;
  if (opened === null)
    return `The model is loaded when there is something to score; ${messages(waiting)} wait.`;
  return `The model judges what the built-in scorer has judged first; ${messages(waiting)} wait.`;
}
