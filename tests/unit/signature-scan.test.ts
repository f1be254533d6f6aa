import { describe, expect, it } from 'vitest';
import { createAtoms, MAX_ATOMS, MAX_LENGTH, SOFT, WORD } from '../../src/signature/atoms.ts';
import { classify } from '../../src/signature/classify.ts';
import { scan } from '../../src/signature/scan.ts';

const atoms = createAtoms();

function atomsOf(text: string): string[] {
  scan(text, atoms);
  return Array.from({ length: atoms.count }, (_, a) => text.slice(atoms.start[a], atoms.end[a]));
}

/** Words as they are, values in brackets. */
function rolesOf(text: string): string {
  const texts = atomsOf(text);
  classify(text, atoms);
  return texts.map((atom, a) => (atoms.role[a] === WORD ? atom : `[${atom}]`)).join(' ');
}

describe('scanning', () => {
  it.each([
    ['plain words, and punctuation!', ['plain', 'words', 'and', 'punctuation']],
    ['at 03:04:05.123 on 2024-11-12', ['at', '03:04:05.123', 'on', '2024-11-12']],
    [
      'mac 00:1b:44:11:3a:b7 ip fe80::1 v4 10.0.0.1:80',
      ['mac', '00:1b:44:11:3a:b7', 'ip', 'fe80::1', 'v4', '10.0.0.1:80'],
    ],
    ['see https://x.example/a?b=c, then', ['see', 'https://x.example/a?b=c', 'then']],
    ['GET /a/b?q=1&r=2 done', ['GET', '/a/b?q=1&r=2', 'done']],
    ['C:\\Temp\\a.txt and a-b_c.d.', ['C:\\Temp\\a.txt', 'and', 'a-b_c.d']],
    ['name: value', ['name', 'value']],
    ["it's 'quoted' and \"two words\"", ['it', 's', 'quoted', 'and', 'two', 'words']],
    ["cannot open `file'", ['cannot', 'open', 'file']],
    ['“quoted” …', ['quoted']],
    ['\u001b[1;31merror\u001b[0m now', ['error', 'now']],
    ['用户123登录', ['用户', '123', '登录']],
    ['Ошибка чтения', ['Ошибка', 'чтения']],
    ['done ✅ 🎉', ['done']],
    ['', []],
  ])('cuts %j into its atoms', (text, expected) => {
    expect(atomsOf(text)).toEqual(expected);
  });

  it('looks at the first characters of a long line and says that it cut it', () => {
    const text = 'a'.repeat(MAX_LENGTH + 1);
    expect(atomsOf(text)).toEqual(['a'.repeat(MAX_LENGTH)]);
    expect(atoms.truncated).toBe(true);
    atomsOf(text.slice(0, MAX_LENGTH));
    expect(atoms.truncated).toBe(false);
  });

  it('looks at the first atoms of a line of many and says that it cut it', () => {
    expect(atomsOf('a '.repeat(MAX_ATOMS + 1))).toHaveLength(MAX_ATOMS);
    expect(atoms.truncated).toBe(true);
  });
});

describe('classifying', () => {
  it.each([
    ['port 22 is open', 'port [22] is open'],
    ['uid=root r24=x', 'uid [root] r24 [x]'],
    ['ruser= rhost=gate', 'ruser rhost [gate]'],
    ['%ASA-6-302013: Built', 'ASA-6-302013 Built'],
    ['open /etc/passwd or a/b', 'open [/etc/passwd] or a/b'],
    ['mail to bob@example.org via CORP\\bob', 'mail to [bob@example.org] via [CORP\\bob]'],
    ['in org.example.app.Main', 'in [org.example.app.Main]'],
    ['org.example.io.ReadException: x', 'org.example.io.ReadException x'],
    ['core deadbeef of facade', 'core [deadbeef] of facade'],
    ['key \'abc\' is "name": x', 'key [abc] is name x'],
    ['enabled true, retry None', 'enabled [true] retry [None]'],
    ['took 5 ms not ms', 'took [5] [ms] not ms'],
    ['on Mon Nov 12 but may March', 'on [Mon] [Nov] [12] but may March'],
    ['user bob left', 'user [bob] left'],
    ['user logged in', 'user logged in'],
    ['user locked', 'user locked'],
    ['gate.berlin:443 closed', '[gate.berlin] [443] closed'],
    ['wrote app.log and example.com', 'wrote [app.log] and [example.com]'],
    ['over IPv6 with SHA256', 'over IPv6 with SHA256'],
    ['state=down mode=fast', 'state down mode [fast]'],
    ["is 'offline' now", 'is offline now'],
    ['changed state to down', 'changed state to down'],
    ['== RUN all ==', 'RUN all'],
    ['msg="Disk sda full" dev="sda one"', 'msg Disk sda full dev [sda one]'],
    ["msg='op=login acct=x res=failed'", 'msg op [login] acct [x] res failed'],
  ])('tells the values of %j from its words', (text, expected) => {
    expect(rolesOf(text)).toBe(expected);
  });

  it('remembers that a value might be constant where only its place made it one', () => {
    rolesOf('port 22 ssh2');
    expect(atoms.role[2]).toBe(SOFT);
  });
});
