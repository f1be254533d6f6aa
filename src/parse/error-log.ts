// Error logs of Apache (`[Sun Dec 04 04:47:44.123 2026] [core:error] [pid 7:tid 8] [client 192.0.2.1:99] …`) and nginx
// (`2026/02/10 06:55:46 [error] 88#88: *1 …, client: 192.0.2.1, server: …`).

import * as c from './chars.ts';
import { severityOfWord } from './level.ts';
import { addField, lineOf, type ParseContext, type ParsedLine } from './parsed-line.ts';
import { bsdTimeAt, isoTimeAt } from './timestamp.ts';

const WEEKDAYS = new Set(['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun']);
const MAX_GROUP_LENGTH = 256;
const MAX_GROUPS = 4;

/** `core:error` or `error` gives the level, `pid 7:tid 8` the process, `client …` the peer; false: it is the message. */
function applyGroup(line: ParsedLine, group: string): boolean {
  const process = /^pid (\d{1,10})(?::tid (\d+))?$/.exec(group);
  if (process) {
    line.pid = Number(process[1]);
    if (process[2]) addField(line, 'tid', process[2]);
    return true;
  }
  if (group.startsWith('client ')) {
    addField(line, 'client', group.slice(7));
    return true;
  }
  const colon = group.indexOf(':');
  const severity = line.severity === null ? severityOfWord(group.slice(colon + 1)) : null;
  if (severity === null) return false;
  line.severity = severity;
  line.severityOriginal = group.slice(colon + 1);
  if (colon > 0) addField(line, 'module', group.slice(0, colon));
  return true;
}

/** Null when the line has not the time and the level of Apache's error log. */
export function parseApacheError(raw: string, context: ParseContext): ParsedLine | null {
  if (raw.charCodeAt(0) !== c.OPEN_BRACKET || !WEEKDAYS.has(raw.slice(1, 4))) return null;
  const time = bsdTimeAt(raw, 5, context);
  if (!time || raw.charCodeAt(time.end) !== c.CLOSE_BRACKET) return null;
  const line = lineOf('error-log', '');
  line.timestampUs = time.us;
  line.yearInferred = time.yearInferred;
  let at = c.skipBlanks(raw, time.end + 1);
  for (let groups = 0; groups < MAX_GROUPS && raw.charCodeAt(at) === c.OPEN_BRACKET; groups++) {
    const close = raw.indexOf(']', at);
    if (close < 0 || close - at > MAX_GROUP_LENGTH || !applyGroup(line, raw.slice(at + 1, close))) break;
    at = c.skipBlanks(raw, close + 1);
  }
  line.message = c.trimmedFrom(raw, at);
  return line.severity === null ? null : line;
}

const PROCESS = /^(\d{1,10})#(\d{1,10}): (?:\*(\d+) )?/;

/** Null when the line has not the time, the level and the process of nginx's error log. */
export function parseNginxError(raw: string, context: ParseContext): ParsedLine | null {
  const time = raw.charCodeAt(4) === c.SLASH ? isoTimeAt(raw, 0, context) : null;
  if (!time || !raw.startsWith(' [', time.end)) return null;
  const close = raw.indexOf('] ', time.end);
  const word = close < 0 || close - time.end > 12 ? '' : raw.slice(time.end + 2, close);
  const severity = severityOfWord(word);
  const process = PROCESS.exec(raw.slice(close + 2, close + 64));
  if (severity === null || !process) return null;
  const line = lineOf('error-log', c.trimmedFrom(raw, close + 2 + process[0].length));
  line.timestampUs = time.us;
  line.program = 'nginx';
  line.pid = Number(process[1]);
  line.severity = severity;
  line.severityOriginal = word;
  if (process[3]) addField(line, 'connection', process[3]);
  const client = /, client: ([^,\s]{1,64})/.exec(line.message);
  if (client) addField(line, 'client', client[1]);
  return line;
}
