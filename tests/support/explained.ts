// Reads an explanation as a sceptic: takes out what the fields of the same answer show, and returns what is left over.
import { spanText } from '../../src/memory/moments.ts';
import type { Answer } from './asker.ts';

/** Every field by which an answer can be checked. */
export const WHOLE_ANSWER = `
  verdict explanation occurrenceCount firstSeenAt lastSeenAt
  signature { id pattern service }
  similar { similarity reason signature { id pattern service } }
  closest { similarity reason signature { id pattern service } }
  episodes { startAt endAt eventCount outcome assets { hostname } }
  incidents { score reason incident { id title impactLevel recurrenceCount lastObservedAt lessons(first: 20) { confidence }
    runbookHints(first: 20) { workedCount failedCount } } }
  lessons { recommendation }
  runbookHints { hintText }
  coverage { from to complete gaps { kind from to reason source { name } } }`;

const OUTCOMES: Record<string, string> = {
  ONGOING: 'is still going on',
  ENDED: 'is over',
  HEALED: 'healed by itself',
  WENT_SILENT: 'ended with its host falling silent',
  ACKNOWLEDGED: 'was acknowledged by a person',
};

const us = (at: string) => Date.parse(at) * 1_000;
const minuteText = (at: string) => `${at.slice(0, 10)} ${at.slice(11, 16)} UTC`;
const span = (from: string, to: string) => spanText(us(to) - us(from));
const counted = (n: number, noun: string) => `${n.toLocaleString('en-US')} ${noun}${n === 1 ? '' : 's'}`;
const percent = (share: number) => `${Math.floor(share * 100)} %`;

/**
 * The figures, times and names of the explanation that no field of the answer shows, nor the question `asked`; none for
 * an honest answer.
 */
export function unexplained(answer: Answer, asked: string): string[] {
  let rest: string = answer.explanation;
  const shown = [...sentencesOf(answer), ...times(answer), ...names(answer), ...figures(answer)];
  shown.sort((a, b) => b.length - a.length);
  for (const text of shown) rest = rest.replaceAll(text, ' ');
  const left = (rest.match(/«[^»]*»|"[^"]*"|[\p{L}-]*\d[\p{L}\d.,:-]*/gu) ?? []).filter(
    (token) => !asked.includes(token.replace(/^"|"$/g, '').replace(/[.,:]+$/, '')),
  );
  return [...left, ...answer.incidents.flatMap((recalled: Answer) => unexplainedReason(recalled, answer))];
}

const sentencesOf = ({ similar, closest, incidents, lessons, runbookHints, coverage }: Answer): string[] => [
  ...coverage.gaps.map((gap: Answer) => gap.reason),
  ...similar.map((s: Answer) => s.reason),
  ...(closest === null ? [] : [closest.reason]),
  ...incidents.map(({ reason }: Answer) => reason),
  ...lessons.map((l: Answer) => l.recommendation),
  ...runbookHints.map((h: Answer) => h.hintText),
];

const times = ({ firstSeenAt, lastSeenAt, coverage }: Answer): string[] =>
  [firstSeenAt, lastSeenAt, coverage.from, coverage.to]
    .filter((at) => at !== null)
    .map((at) => minuteText(at));

const names = ({ signature, similar, closest, incidents }: Answer): string[] =>
  [signature, closest?.signature, ...similar.map((s: Answer) => s.signature)]
    .filter((s) => s != null)
    .flatMap((s) => [`«${s.pattern}»`, `(${s.service})`])
    .concat(incidents.map(({ incident }: Answer) => `"${incident.title}" (impact ${incident.impactLevel})`))
    .concat(incidents.map(({ incident }: Answer) => `"${incident.title}"`));

function figures(answer: Answer): string[] {
  const { occurrenceCount, lastSeenAt, episodes, similar, closest, incidents, coverage } = answer;
  const hosts = new Set(episodes.flatMap((e: Answer) => e.assets.map((a: Answer) => a.hostname)));
  const healed = episodes.filter((e: Answer) => e.outcome === 'HEALED').length;
  const [latest] = episodes;
  return [
    counted(occurrenceCount, 'time'),
    counted(episodes.length, 'episode'),
    counted(hosts.size, 'host'),
    `${healed} of ${episodes.length} healed`,
    `${healed} of the latest ${episodes.length} healed`,
    ...(latest === undefined
      ? []
      : [
          `(${counted(latest.eventCount, 'event')} in ${span(latest.startAt, latest.endAt)}) ${OUTCOMES[latest.outcome]}`,
          `(${counted(latest.eventCount, 'event')}) ${OUTCOMES[latest.outcome]}`,
        ]),
    ...(lastSeenAt === null ? [] : [`${span(lastSeenAt, coverage.to)} before the newest event`]),
    ...[...similar, ...(closest === null ? [] : [closest])].map(
      (s: Answer) => `${percent(s.similarity)} alike`,
    ),
    `${similar.length} similar ones`,
    counted(incidents.length - 1, 'other'),
    counted(coverage.gaps.length, 'known gap'),
  ];
}

function unexplainedReason({ incident, reason }: Answer, { coverage }: Answer): string[] {
  const hints = incident.runbookHints;
  const worked = hints.reduce((sum: number, h: Answer) => sum + h.workedCount, 0);
  const tried = hints.reduce((sum: number, h: Answer) => sum + h.workedCount + h.failedCount, 0);
  const known = [
    `observed ${counted(incident.recurrenceCount, 'time')}`,
    `${span(incident.lastObservedAt, coverage.to)} before the newest event`,
    `worked ${worked} of ${tried} times`,
    `trusted by ${Math.round(100 * Math.max(0, ...incident.lessons.map((l: Answer) => l.confidence)))} %`,
  ];
  const rest = known.reduce((text, part) => text.replaceAll(part, ' '), reason);
  const said = rest.replace(/a signature \d+ % alike|on \S+ too|with .* as then|\(.*\)/g, '');
  return /\d/.test(said) ? [`the incident's reason: ${said}`] : [];
}
