// The next step for a story: what was learned before, else what one does first about this class of event.
import { EVENT_CLASSES, type EventClass } from '../../parse/family.ts';
import { shortened } from '../moments.ts';
import type { OpenCandidate } from './highlight.ts';

export interface Learned {
  readonly hint: { readonly title: string; readonly hintText: string } | null;
  readonly lesson: { readonly title: string; readonly recommendation: string } | null;
}

const LEARNED_CHARS = 400;

const FIRST_STEP: Record<EventClass, string> = {
  authentication: 'Check whether any of these logins succeeded, then block where they come from.',
  link: 'Check cable, port and peer of the interface before it stays down.',
  disk: 'Find what grows, then free or add space before it is full.',
  memory: 'Find the process that grows, and give it a limit or more room.',
  process: "Read the service's own log from just before, and see what changed on it last.",
  network: 'Check the path and the name resolution between the two ends.',
  configuration: 'Compare with the last change; roll it back if this began with it.',
  job: "Run the job by hand, and read its output; see whether its last run's result is still usable.",
  request: 'See what was changed just before, and roll it back if the errors began with it.',
  hardware: 'Read the sensors and plan the replacement before it fails.',
  other: 'Read the example events around its beginning, and find what started it.',
};

const AFTER_CHANGE = 'Look at that change first: roll it back if this began with it.';

/** `afterChange`: something was changed on its hosts just before it began. */
export function nextStepFor(lead: OpenCandidate, learned: Learned | undefined, afterChange: boolean): string {
  const step = learnedStep(learned) ?? (afterChange ? AFTER_CHANGE : FIRST_STEP[classOf(lead)]);
  return lead.decisionBand === 'PROMOTE_TO_INCIDENT_MEMORY'
    ? `${step} It qualifies for incident memory: promote it, with what you find.`
    : step;
}

function learnedStep(learned: Learned | undefined): string | null {
  if (learned?.hint) return `${learned.hint.title}: ${shortened(learned.hint.hintText, LEARNED_CHARS)}`;
  if (learned?.lesson) return `Learned before: ${shortened(learned.lesson.recommendation, LEARNED_CHARS)}`;
  return null;
}

function classOf(lead: OpenCandidate): EventClass {
  const names = lead.families.map((family) => family.slice(family.lastIndexOf(':') + 1));
  return EVENT_CLASSES.find((name) => name !== 'other' && names.includes(name)) ?? 'other';
}
