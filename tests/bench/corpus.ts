// Syslog lines for benchmarks: a mixed company, about 110 characters a line, the same for the same seed.

const HOSTS = ['web-1', 'web-2', 'db-1', 'gate', 'mail', 'cache-3', 'core-sw1'];

type Draw = (below: number) => number;

const ip = (draw: Draw) => `10.${draw(20)}.${draw(250)}.${draw(250)}`;

const TEMPLATES: readonly ((draw: Draw) => string)[] = [
  (d) =>
    `sshd[${d(60_000)}]: Failed password for invalid user u${d(500)} from ${ip(d)} port ${d(60_000)} ssh2`,
  (d) =>
    `sshd[${d(60_000)}]: Accepted publickey for deploy from ${ip(d)} port ${d(60_000)} ssh2: RSA SHA256:${d(1e9).toString(36)}4x`,
  (d) =>
    `nginx: ${ip(d)} - - "GET /api/orders/${d(1e6)} HTTP/1.1" ${200 + d(3) * 100} ${d(9_000)} "-" "curl/8.4"`,
  (d) =>
    `kernel: [${d(90_000)}.${d(999_999)}] eth0: link is up, ${1_000 * (1 + d(9))} Mbps, full duplex, flow control none`,
  (d) =>
    `postgres[${d(30_000)}]: duration: ${d(9_000)}.${d(999)} ms  statement: SELECT * FROM orders WHERE id = ${d(1e6)}`,
  (d) =>
    `app[${d(30_000)}]: request ${d(1e9).toString(16)} handled in ${d(900)} ms by worker ${d(16)}, queue depth ${d(40)}`,
  (d) =>
    `app[${d(30_000)}]: upstream payments answered 503 after ${d(5_000)} ms, attempt ${d(4)} of 4, giving up on order ${d(1e6)}`,
  (d) => `systemd[1]: Started Session ${d(90_000)} of User backup.`,
  (d) => `CRON[${d(60_000)}]: (root) CMD (/usr/local/bin/rotate --keep ${d(30)} > /dev/null 2>&1)`,
  (d) => `postfix/smtpd[${d(60_000)}]: connect from mail${d(90)}.example.net[${ip(d)}]`,
  (d) =>
    `dhcpd: DHCPACK on ${ip(d)} to 00:16:3e:${d(99)}:${d(99)}:${d(99)} via eth${d(4)} relay ${ip(d)} lease-duration ${d(86_400)}`,
  (d) =>
    `smartd[712]: Device: /dev/sd${'abcdef'[d(6)]} [SAT], SMART Usage Attribute: 194 Temperature_Celsius changed from ${30 + d(30)} to ${30 + d(30)}`,
];

/** `count` lines of RFC 3164, 50 a second from the first of March, drawn by mulberry32 from `seed`. */
export function syslogLines(count: number, seed: number): string[] {
  let state = seed;
  const draw: Draw = (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 4_294_967_296) * below);
  };
  return Array.from({ length: count }, (_, i) => {
    const at = new Date(Date.UTC(2026, 2, 1) + i * 20).toISOString();
    const host = HOSTS[draw(HOSTS.length)];
    const template = TEMPLATES[draw(TEMPLATES.length)] as (draw: Draw) => string;
    return `Mar ${String(Number(at.slice(8, 10))).padStart(2, ' ')} ${at.slice(11, 19)} ${host} ${template(draw)}`;
  });
}
