// The rules that every tenant begins with: what nobody wants to learn of by chance. They are the tenant's to change.
import type { RuleContent } from './rule.ts';
import { Severity } from './severity.ts';

type DefaultRule = Omit<RuleContent, 'position' | 'enabled' | 'count' | 'windowMinutes' | 'per'> &
  Partial<RuleContent>;

/** One of the phrases, which are regular expressions (RE2), is among the words. */
const said = (...phrases: string[]): string => `words.matches(r"${phrases.join('|')}")`;

const RULES: readonly DefaultRule[] = [
  {
    name: 'authentication-failures',
    description: 'One user, or one address, fails to authenticate again and again.',
    expression: `${said('authenticat', 'passw(or)?d', 'log ?[io]n\\b', 'credential', 'publickey', 'pam_', 'kerberos', '(invalid|illegal|unknown) user')} && ${said('fail', 'invalid', 'illegal', 'unknown user', 'denied', 'refused', 'reject', 'incorrect', 'wrong', 'unauthori[sz]ed', 'not allowed')}`,
    severity: Severity.ERROR,
    count: 5,
    windowMinutes: 10,
    per: ['USER', 'SRC_IP'],
  },
  {
    name: 'out-of-memory',
    description: 'The kernel, a container or a runtime ran out of memory.',
    expression: said('out of memory', 'outofmemory', 'oom[-_ ]?kill', 'oom_reaper', 'cannot allocate memory'),
    severity: Severity.CRITICAL,
  },
  {
    name: 'file-system-read-only',
    description: 'A file system was remounted read-only: its disk is failing, or its contents are damaged.',
    expression: said('read-?only file ?system', 'remount\\w* .*read-?only'),
    severity: Severity.CRITICAL,
  },
  {
    name: 'disk-full',
    description: 'A disk, a volume or a file system is full, or all but full.',
    expression: `${said('no space left', 'out of (disk )?space', '(disk|file ?system|volume|partition|storage) (is )?full\\b', 'disk quota exceeded')} || (${said('(disk|file ?system|volume|partition|storage|mount|inode).*\\b(full|used|usage|utili[sz]ation|capacity)\\b')} && text.matches(r"\\b(9[5-9]|100)(\\.\\d+)? ?%"))`,
    severity: Severity.CRITICAL,
  },
  {
    name: 'kernel-panic',
    description: 'An operating system stopped because it could not go on.',
    expression: said('kernel panic', 'kernel bug at', 'unable to handle kernel', 'bugcheck', 'blue ?screen'),
    severity: Severity.EMERGENCY,
  },
  {
    name: 'certificate-expiry',
    description: 'A certificate has expired, or is about to.',
    expression: `${said('certificate', '\\bcert\\b', 'x509')} && ${said('expir')}`,
    severity: Severity.ERROR,
  },
  {
    name: 'interface-down',
    description: 'A network interface, a link or a port went down.',
    expression: said(
      '(interface|\\blink|lineproto\\w*|line protocol|\\bnic|updown)\\b.*\\bdown\\b',
      'link (is )?lost',
      'carrier (is )?lost',
      'lost carrier',
    ),
    severity: Severity.ERROR,
  },
  {
    name: 'service-crash-loop',
    description: 'Something crashes and is restarted, only to crash again.',
    expression: said(
      'segfault',
      'segmentation fault',
      'core dumped',
      'crashloopbackoff',
      'back-?off restarting',
      'main process exited',
      'entered failed state',
      'terminated unexpectedly',
      'start request repeated too quickly',
      'exited on signal',
      '\\bcrashed\\b',
    ),
    severity: Severity.CRITICAL,
    count: 3,
    windowMinutes: 15,
  },
];

const POSITION_STEP = 10;

export const DEFAULT_RULES: readonly RuleContent[] = RULES.map((rule, i) => ({
  count: 1,
  windowMinutes: 30,
  per: ['HOST'],
  enabled: true,
  ...rule,
  position: (i + 1) * POSITION_STEP,
}));
