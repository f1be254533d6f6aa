// The language of rules, and the rules that every tenant begins with.
import { describe, expect, it } from 'vitest';
import { compileRule, formFacts, RuleError } from '../../src/detect/rules/compile-rule.ts';
import { firstMatch, RuleBook } from '../../src/detect/rules/rule-book.ts';
import { DEFAULT_RULES } from '../../src/domain/default-rules.ts';
import { Severity } from '../../src/domain/severity.ts';
import { describeForm } from '../../src/signature/engine.ts';

const refusal = (expression: string): string => {
  try {
    compileRule(expression);
  } catch (error) {
    if (error instanceof RuleError) return error.message;
    throw error;
  }
  return 'accepted';
};

describe('an expression', () => {
  it('is asked of the words and the severity, and of the event itself where these leave it open', () => {
    const rule = compileRule('words.contains("failed") && user == "root"');
    expect(rule(formFacts('all is well', Severity.INFO))).toBe(false);
    expect(rule(formFacts('login failed', Severity.INFO))).toHaveProperty('fault');
    expect(compileRule('has(fields.a)')(formFacts('', Severity.INFO))).toHaveProperty('fault');
    expect(rule({ words: 'login failed', severity: 1n, user: 'root' })).toBe(true);
    expect(compileRule('severity >= ERROR')({ words: '', severity: 4n })).toBe(true);
    expect(compileRule('severity >= ERROR')({ words: '', severity: 3n })).toBe(false);
  });

  it('looks into structured fields and lists', () => {
    const rule = compileRule('has(fields.tags) && fields.tags.exists(t, t == "prod")');
    const facts = { words: '', severity: 1n };
    expect(rule({ ...facts, fields: { tags: ['test', 'prod'] } })).toBe(true);
    expect(rule({ ...facts, fields: {} })).toBe(false);
  });

  it.each([
    ['words.contains(', /at 1:6/],
    ['wrods.contains("x")', /there is no "wrods"/],
    ['words.matches("(")', /regexp/],
    ['words.contains("x") && text.matches("[")', /regexp/],
    ['words + 1 == 2', /no matching overload/],
    ['false && severity > "high"', /no matching overload/],
    ['severity', /neither true nor false/],
    ['fields.status == 500', /has\(fields.name\)/],
    ['[1, 2].all(x, [1, 2].all(y, x == y))', /nests one loop/],
    [`words == "${'x'.repeat(2_000)}"`, /the limit is 2000/],
  ])('that is none says why: %s', (expression, reason) => {
    expect(refusal(expression)).toMatch(reason);
  });

  it('takes linear time, whatever its pattern', () => {
    const rule = compileRule('text.matches("^(a+)+$")');
    const facts = { words: '', severity: 1n, text: `${'a'.repeat(20_000)}b` };
    expect(rule(facts)).toBe(false);
  });
});

describe('the rules that every tenant begins with', () => {
  const book = new RuleBook(
    0,
    DEFAULT_RULES.map((rule, i) => ({ ...rule, ruleId: String(i) })),
  );
  const ruleOf = (message: string) => {
    const words = describeForm(message, '').canonical.toLowerCase();
    const facts = { words, severity: BigInt(Severity.INFO), text: message };
    const faults: string[] = [];
    const rule = firstMatch(book.openFor(words, Severity.INFO), facts, (_, fault) => faults.push(fault));
    expect(faults).toEqual([]);
    return rule?.name ?? null;
  };

  it('are all sound', () => {
    expect([...book.broken]).toEqual([]);
  });

  it.each([
    ['Failed password for invalid user eve from 192.0.2.7 port 4242 ssh2', 'authentication-failures'],
    [
      'pam_unix(sshd:auth): authentication failure; logname= uid=0 euid=0 tty=ssh rhost=10.0.0.1  user=root',
      'authentication-failures',
    ],
    ['An account failed to log on.', 'authentication-failures'],
    ['Login failed for user sa. Reason: Password did not match', 'authentication-failures'],
    ['Out of memory: Killed process 4242 (java) total-vm:8123456kB', 'out-of-memory'],
    ['java.lang.OutOfMemoryError: Java heap space', 'out-of-memory'],
    ['mysqld invoked oom-killer: gfp_mask=0x201da, order=0', 'out-of-memory'],
    ['EXT4-fs (sda1): Remounting filesystem read-only', 'file-system-read-only'],
    ['touch: cannot touch a: Read-only file system', 'file-system-read-only'],
    ['write error: No space left on device', 'disk-full'],
    ['filesystem /var is 97% full', 'disk-full'],
    ['Kernel panic - not syncing: Fatal exception in interrupt', 'kernel-panic'],
    ['certificate for shop.example.org expires in 3 days', 'certificate-expiry'],
    ['x509: certificate has expired or is not yet valid', 'certificate-expiry'],
    ['%LINK-3-UPDOWN: Interface GigabitEthernet0/1, changed state to down', 'interface-down'],
    ['%LINEPROTO-5-UPDOWN: Line protocol on Interface Gi0/1, changed state to down', 'interface-down'],
    ['e1000e: eth0 NIC Link is Down', 'interface-down'],
    ['nginx.service: Main process exited, code=exited, status=1/FAILURE', 'service-crash-loop'],
    ['Back-off restarting failed container web in pod shop-6d4', 'service-crash-loop'],
    ['httpd[4242]: segfault at 0 ip 00007f sp 00007ffd error 4', 'service-crash-loop'],
  ])('%s', (message, name) => {
    expect(ruleOf(message)).toBe(name);
  });

  it.each([
    'Accepted password for deploy from 10.0.0.7 port 4242 ssh2',
    'session opened for user root by (uid=0)',
    'filesystem /var is 45% full',
    'Interface GigabitEthernet0/1, changed state to up',
    'server listening on port 8080 is shutting down',
    'certificate renewed for shop.example.org',
    'Connection refused by upstream 10.0.0.9:8080',
    'memory usage 512 MB of 2048 MB',
    'job backup finished in 42 s',
  ])('leave alone: %s', (message) => {
    expect(ruleOf(message)).toBeNull();
  });
});
