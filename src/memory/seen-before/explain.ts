// Says the answer in the words that an operator needs first: the verdict, how often and when, how it ended, and what
// is known about it. Everything said is in the answer's own data.
import { quoted, utcTime } from '../../detect/text.ts';
import type { Micros } from '../../domain/time.ts';
import type { EpisodeOutcome } from '../../domain/words.ts';
import type { Coverage } from '../coverage.ts';
import { counted, namedSome, shortened, spanText } from '../moments.ts';
import type { PastEpisode } from './answer.ts';
import type { SignatureHistory } from './history.ts';
import type { Belonging, Question } from './question.ts';
import type { Recalled } from './recall.ts';
import type { Similar } from './similar.ts';

const ADVICE_CHARS = 240;

export interface Findings {
  readonly question: Question;
  readonly coverage: Coverage;
  readonly history: readonly SignatureHistory[];
  /** Those shown, the newest first. */
  readonly episodes: readonly PastEpisode[];
  readonly hasOlderEpisodes: boolean;
  readonly recalled: Recalled;
  readonly similar: readonly Similar[];
  readonly closest: Similar | null;
  /** Whether the asked host had it; null: not asked, or not known. */
  readonly onHost: boolean | null;
}

const sentences = (...parts: (string | null)[]) =>
  parts.filter((part) => part !== null && part !== '').join(' ');

export function explainYes(found: Findings): string {
  const { history, coverage, question, onHost } = found;
  const main = history[0]!;
  const count = history.reduce((sum, h) => sum + h.count, 0);
  const firstUs = Math.min(...history.map((h) => h.firstUs));
  const lastUs = Math.max(...history.map((h) => h.lastUs));
  const ago = coverage.toUs === null ? '' : ` (${spanText(coverage.toUs - lastUs)} before the newest event)`;
  const when =
    count === 1
      ? `once, at ${utcTime(firstUs)}${ago}`
      : `${count.toLocaleString('en-US')} times${spread(found)}, first at ${utcTime(firstUs)}, last at ${utcTime(lastUs)}${ago}`;
  const host =
    question.host === null || onHost === null
      ? null
      : onHost
        ? `It has happened on ${question.host} before.`
        : `It is new on ${question.host}: so far it happened elsewhere.`;
  return sentences(
    `Yes. ${quoted(main.pattern)}${placeOf(history)} was seen ${when}.`,
    question.belonging === null ? null : `These very words are new, but ${whyOfFamily(question.belonging)}.`,
    host,
    lastEnd(found),
    knowledge(found.recalled),
  );
}

function whyOfFamily(belonging: Belonging): string {
  switch (belonging.by) {
    case 'VARYING_PLACE':
      return 'where they differ the family is known to vary';
    case 'NAME':
      return `"${belonging.name}" alone differs, and stands where names do`;
    case 'VALUE':
      return 'only a value stands where the remembered one has a word';
  }
}

function spread({ episodes, hasOlderEpisodes }: Findings): string {
  const assets = new Set(episodes.flatMap((episode) => episode.assetIds)).size;
  if (episodes.length === 0) return '';
  return ` in ${hasOlderEpisodes ? 'more than ' : ''}${counted(episodes.length, 'episode')}${assets > 1 ? ` on ${assets} hosts` : ''}`;
}

function placeOf(history: readonly SignatureHistory[]): string {
  const services = [...new Set(history.map((h) => h.service).filter((service) => service !== ''))];
  return services.length === 0 ? '' : ` (${namedSome(services)})`;
}

const END: Record<EpisodeOutcome, string> = {
  ONGOING: 'is still going on',
  ENDED: 'is over',
  HEALED: 'healed by itself',
  WENT_SILENT: 'ended with its host falling silent',
  ACKNOWLEDGED: 'was acknowledged by a person',
};

function lastEnd({ episodes, hasOlderEpisodes }: Findings): string | null {
  const last = episodes[0];
  if (last === undefined) return null;
  const healed = episodes.filter((episode) => episode.outcome === 'HEALED').length;
  const record =
    episodes.length > 1 && healed > 0 && healed < episodes.length
      ? `; ${healed} of ${hasOlderEpisodes ? 'the latest ' : ''}${episodes.length} healed by themselves`
      : '';
  const span = last.eventCount === 1 ? '' : ` in ${spanText(last.endUs - last.startUs)}`;
  return `The latest episode (${counted(last.eventCount, 'event')}${span}) ${END[last.outcome]}${record}.`;
}

function knowledge({ incidents, lessons, hints }: Recalled): string {
  const [incident] = incidents;
  const [lesson] = lessons;
  const [hint] = hints;
  return sentences(
    incident === undefined
      ? 'No incident was ever made of it.'
      : `Remembered as the incident "${incident.title}" (impact ${incident.impactLevel})${incidents.length > 1 ? ` and ${counted(incidents.length - 1, 'other')}` : ''}: ${incident.reason}.`,
    lesson === undefined ? null : `What was learned: ${shortened(lesson.recommendation, ADVICE_CHARS)}`,
    hint === undefined ? null : `First step: ${shortened(hint.hintText, ADVICE_CHARS)}`,
  );
}

export function explainSimilar(found: Findings, blindSpot: string | null): string {
  const [best] = found.similar;
  const more = found.similar.length - 1;
  const [incident] = found.recalled.incidents;
  return sentences(
    `Not exactly this, but ${more > 0 ? `${more + 1} similar ones` : 'a similar one'} within ${periodOf(found.coverage)}.`,
    `The closest is ${quoted(best!.pattern)}${best!.service === '' ? '' : ` (${best!.service})`}, ${percent(best!.similarity)} alike: ${best!.reason}.`,
    incident === undefined ? null : `It points to the incident "${incident.title}": ${incident.reason}.`,
    blindSpot,
  );
}

/** `reason`: why this "no" is sure enough, e.g. that the asked event is the only one. */
export function explainNo(found: Findings): string {
  const { closest, coverage } = found;
  const near =
    closest === null
      ? 'Nothing remembered shares a telling word with it.'
      : `The closest is ${quoted(closest.pattern)}, only ${percent(closest.similarity)} alike.`;
  return sentences(`No. Nothing like it within ${periodOf(coverage)}.`, near, gapNote(coverage));
}

export function explainOnlyItself(found: Findings): string {
  return sentences(
    `No. This event is the first and only one of its kind within ${periodOf(found.coverage)}.`,
    gapNote(found.coverage),
  );
}

export const explainNothingIngested = (): string =>
  'Unknown. Nothing was ever ingested for this tenant, so there is no memory to ask. Send it logs first.';

export const explainExpired = (eventUs: Micros): string =>
  `Unknown. The line of ${utcTime(eventUs)} is past the retention and was dropped, so it cannot be read any more. Ask with its text: what was counted of such lines is still known.`;

export function explainUnknown(found: Findings, blindSpot: string): string {
  return sentences(
    `Unknown. Nothing like it within ${periodOf(found.coverage)}, but memory has a hole where you ask.`,
    blindSpot,
  );
}

function periodOf({ fromUs, toUs }: Coverage): string {
  return `what is remembered (${utcTime(fromUs!)} to ${utcTime(toUs!)})`;
}

function gapNote({ gaps }: Coverage): string | null {
  if (gaps.length === 0) return null;
  return `Memory has ${counted(gaps.length, 'known gap')}: ${gaps[0]!.reason}${gaps.length > 1 ? ' The others are listed under coverage.' : ''}`;
}

const percent = (share: number) => `${Math.floor(share * 100)} %`;
