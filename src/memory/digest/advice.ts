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
  certificate: 'Renew it where it is used, on every host that has it; then see why nobody was told in time.',
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

/** On this many hosts at once, what they share is the likelier cause. */
const MANY_HOSTS = 3;
const SHARED =
  'See what these hosts share: a network, a service that all of them use, a change rolled out to them.';
const SILENT = 'See whether it still runs, then whether its way here is open: network, forwarder, clock.';
const FORETOLD = 'Act when the early sign shows: look at it each time before the failure follows.';
const AFTER_CHANGE = 'Look at that change first: roll it back if this began with it.';

/** `afterChange`: something was changed on its hosts just before it began. */
export function nextStepFor(lead: OpenCandidate, learned: Learned | undefined, afterChange: boolean): string {
  const step = learnedStep(learned) ?? (afterChange ? AFTER_CHANGE : firstStep(lead));
  return lead.decisionBand === 'PROMOTE_TO_INCIDENT_MEMORY'
    ? `${step} It qualifies for incident memory: promote it, with what you find.`
    : step;
}

function firstStep(lead: OpenCandidate): string {
  if (lead.type === 'PRECURSOR') return FORETOLD;
  if (lead.type === 'ANOMALY' && lead.signatureIds.length === 0) return SILENT;
  const eventClass = classOf(lead);
  return eventClass === 'other' && lead.hostnames.length >= MANY_HOSTS ? SHARED : FIRST_STEP[eventClass];
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
