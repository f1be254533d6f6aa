// The words that tell how bad a message is when nothing else does, by class. English, as logs are.

import { Severity } from '../domain/severity.ts';

export type WordRole =
  /** Bad in itself, at the entry's severity, unless negated or outdone by the outcome. */
  | 'bad'
  /** A failed attempt that success excuses: `retry 2 succeeded`. */
  | 'retry'
  /** Good; negated it is at the entry's severity. */
  | 'good'
  /** Good, and excuses what led to it when `after` follows: `connected after 2 failed attempts`. */
  | 'success'
  /** The outcome: what was wrong is over. Past participles only: `failed to recover` is no recovery. */
  | 'recovery'
  /** Tells nothing; negated it is at the entry's severity: `not found`, `no space left`. */
  | 'neutral'
  /** Bad only behind certain words: `is down`, not `shutting down`. */
  | 'context'
  /** Negates what follows within three words: `no more errors`. */
  | 'absence'
  /** Negates what follows within two words; behind `could` it is an inability. */
  | 'negator'
  /** Negates the next word: `non-fatal`. */
  | 'prefix'
  | 'inability'
  | 'after'
  /** Ends a negation. */
  | 'turn'
  | 'exit'
  | 'code';

export interface TellingWord {
  word: string;
  role: WordRole;
  severity: Severity;
  /** The words before it that make it tell; null: it tells by itself. */
  behind: ReadonlySet<string> | null;
  /** In front of the message and followed by a colon it is the writer's own verdict, which ends the search. */
  verdict: Severity | null;
}

const { DEBUG, INFO, NOTICE, WARNING, ERROR, CRITICAL } = Severity;

const WORDS: readonly (readonly [WordRole, Severity, string])[] = [
  ['bad', CRITICAL, 'panic fatal critical crit emergency catastrophic unrecoverable uncorrectable'],
  ['bad', ERROR, 'error errors err fail fails failed failing failure failures severe'],
  ['bad', ERROR, 'denied deny denies refused refuse refuses forbidden unauthorized unauthorised'],
  ['bad', ERROR, 'timeout timeouts exception exceptions traceback crash crashed crashes crashing'],
  ['bad', ERROR, 'abort aborted aborting aborts unreachable unavailable inaccessible unresponsive'],
  [
    'bad',
    ERROR,
    'killed dead deadlock hung stuck lost broken corrupt corrupted corruption segfault fault faults',
  ],
  ['bad', ERROR, 'exceeded exhausted insufficient expired overflow offline unsuccessful unsuccessfully'],
  ['bad', ERROR, 'violation violations breach breached attack attacks intrusion malware oom uncorrected'],
  [
    'bad',
    WARNING,
    'warn warning warnings caution alert invalid illegal unknown unexpected unrecognized malformed',
  ],
  ['bad', WARNING, 'incorrect wrong bad missing mismatch conflict suspicious untrusted insecure unsupported'],
  ['bad', WARNING, 'unauthenticated deprecated obsolete stale slow slower slowly degraded unstable flapping'],
  [
    'bad',
    WARNING,
    'throttled throttling overloaded overload congestion flood flooding overrun underrun excessive',
  ],
  [
    'bad',
    WARNING,
    'exceeds deferred dropped drops dropping discarded discarding blocked banned rejected reject',
  ],
  ['bad', WARNING, 'rejects ignored ignoring interrupted rollback unresolved abnormal abnormally'],
  ['retry', WARNING, 'retry retries retried retrying reattempt reattempting'],
  ['good', WARNING, 'open opened opening opens close closed closing closes start starting stopped stopping'],
  ['good', WARNING, 'disconnect disconnected bye received listening loaded registered mounted initialized'],
  [
    'good',
    WARNING,
    'initialised enabled scheduled joined synchronized synchronised online healthy alive renewed',
  ],
  [
    'good',
    WARNING,
    'created added updated saved sent served allowed granted permitted ready logged info notice debug',
  ],
  [
    'success',
    WARNING,
    'ok success successful successfully succeeded succeeds completed complete completes finished',
  ],
  ['success', WARNING, 'done passed accepted connected reconnected established started authenticated'],
  ['recovery', WARNING, 'recovered resolved restored cleared corrected healed repaired fixed remediated'],
  [
    'neutral',
    WARNING,
    'found exist exists receive respond answer reply response supported recognized match valid',
  ],
  ['neutral', WARNING, 'succeed installed running working configured authorized'],
  ['neutral', ERROR, 'responding reachable available able enough space route carrier'],
  ['absence', INFO, 'no without never zero neither nor'],
  ['negator', INFO, "not didn't doesn't wasn't isn't hasn't won't don't aren't weren't haven't"],
  ['prefix', INFO, 'non'],
  ['inability', ERROR, "cannot can't couldn't unable"],
  ['after', INFO, 'after despite following'],
  ['turn', INFO, 'but however yet though'],
  ['exit', INFO, 'exit exited exits'],
  ['code', ERROR, 'status code'],
];

const CONTEXT: readonly (readonly [string, Severity, string])[] = [
  ['down', ERROR, 'is are was went goes gone to now link state status interface port neighbor peer'],
  ['up', INFO, 'is are was went to now link state status back'],
  ['full', ERROR, 'is are disk filesystem volume queue buffer table storage'],
  ['out', ERROR, 'timed times'],
  ['memory', CRITICAL, 'of'],
  ['many', WARNING, 'too'],
  ['peer', WARNING, 'by'],
  ['not', ERROR, 'could can'],
  [
    'cleared',
    INFO,
    'error errors fault faults failure failures alarm alarms alert warning condition is was been now',
  ],
  ['fixed', INFO, 'error errors fault faults failure failures is was been now'],
];

/** Words of WORDS that count only, or count for more, behind the words that CONTEXT gives them. */
const NARROWED = new Set(['not', 'cleared', 'fixed']);

const VERDICTS: Record<string, Severity> = {
  debug: DEBUG,
  info: INFO,
  notice: NOTICE,
  warning: WARNING,
  warn: WARNING,
};

/** 32 bits of a word's letters in lower case; {@link mixLetter} builds it while scanning. */
export const mixLetter = (hash: number, code: number): number => (Math.imul(hash, 31) + (code | 32)) | 0;

export function hashWord(word: string): number {
  let hash = 0;
  for (let i = 0; i < word.length; i++) hash = mixLetter(hash, word.charCodeAt(i));
  return hash;
}

/** Every word of the table once per entry, except that CONTEXT may narrow a word of WORDS. */
export const listedWords = (): string[] => {
  const words = WORDS.flatMap(([, , list]) => list.split(' '));
  return [...words, ...CONTEXT.map(([word]) => word).filter((word) => !NARROWED.has(word))];
};

function tellingWords(): Map<number, TellingWord> {
  const table = new Map<number, TellingWord>();
  for (const [role, severity, words] of WORDS) {
    for (const word of words.split(' ')) {
      const verdict = VERDICTS[word] ?? null;
      table.set(hashWord(word), { word, role, severity, behind: null, verdict });
    }
  }
  for (const [word, severity, behind] of CONTEXT) {
    const known = table.get(hashWord(word));
    const entry: TellingWord = {
      word,
      role: 'context',
      severity,
      behind: new Set(behind.split(' ')),
      verdict: null,
    };
    table.set(hashWord(word), known ? { ...known, behind: entry.behind } : entry);
  }
  return table;
}

export const TELLING_WORDS: ReadonlyMap<number, TellingWord> = tellingWords();
