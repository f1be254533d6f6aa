// The family of an event: its service and the class of thing that happened, by the words of the message.

export const EVENT_CLASSES = [
  'certificate',
  'authentication',
  'link',
  'disk',
  'memory',
  'process',
  'network',
  'configuration',
  'job',
  'request',
  'hardware',
  'other',
] as const;

export type EventClass = (typeof EVENT_CLASSES)[number];

/** Weight 3 settles the class nearly alone, 1 only adds to the others. Plurals in -s are found by their singular. */
const WORDS: Record<Exclude<EventClass, 'other'>, Record<1 | 2 | 3, string>> = {
  certificate: {
    3: 'certificate x509 certbot',
    2: 'cert expired expires tls handshake',
    1: 'ssl issuer ca expiry',
  },
  authentication: {
    3: 'authentication password login logon logoff logout pam_unix publickey authenticated sudo credential kerberos pam',
    2: 'auth session unauthorized preauth user root account token privilege break-in ssh2 ldap denied',
    1: 'identification accepted permission permitted invalid',
  },
  link: {
    3: 'link carrier updown lineproto flap flapping linkdown linkup',
    2: 'nic duplex phy eth0 eth1 bond0 port-channel ethernet lineprotocol trunk',
    1: 'interface up down port mbps gbps',
  },
  disk: {
    3: 'disk filesystem ext4 ext4-fs xfs btrfs zfs inode raid md0 smartd mdadm lvm fsck no-space smart quota volume',
    2: 'i/o sda sdb nvme sector mount mounted unmounted mountpoint storage space partition scsi ata blk buffer blocks',
    1: 'read write device full usage directory block file sda1 read-only',
  },
  memory: {
    3: 'oom oom-killer oom-kill out-of-memory swap heap outofmemoryerror malloc memory',
    2: 'gc rss kb-total-vm cache-pressure allocation hugepage allocate garbage',
    1: 'kill killed pages alloc',
  },
  process: {
    3: 'process daemon systemd segfault coredump core-dump unit crash crashed worker supervisor respawn',
    2: 'started stopped starting stopping exited exit restart restarted shutdown terminated reboot killed signal container',
    1: 'service child boot init failed-state state running',
  },
  network: {
    3: 'dhcp dhcpdiscover dhcpoffer dhcprequest dhcpack dns bgp ospf tcp udp icmp firewall route vpn packet ipsec syn',
    2: 'connection connect disconnected socket address gateway neighbor subnet arp peer lease hostname resolve proxy nat',
    1: 'network host port src dst unreachable refused timeout remote connected ip',
  },
  configuration: {
    3: 'configuration config configured config_i reconfigure reloaded reload deploy deployed deployment upgraded migration',
    2: 'setting option parameter policy install installed package version rollout revision',
    1: 'changed change updated enabled disabled loaded',
  },
  job: {
    3: 'cron crond job backup scheduled scheduler batch anacron task cronjob',
    2: 'cmd run-parts queue rotate logrotate sync rsync snapshot replication run',
    1: 'completed finished duration executed',
  },
  request: {
    3: 'http/1.0 http/1.1 http/2.0 http/2 request get post put delete patch head upstream http https url',
    2: 'response status query latency api endpoint client transaction rpc graphql sql',
    1: 'server handler method call',
  },
  hardware: {
    3: 'temperature fan voltage ecc mce edac bios firmware thermal pcie usb acpi psu chassis dimm hardware ipmi',
    2: 'cpu sensor battery overheating pci irq machine power bus bmc slot celsius',
    1: 'device driver module controller',
  },
};

/** What a service mostly speaks of; as much as one strong word. */
const SERVICES: Record<string, EventClass> = {
  sshd: 'authentication',
  sudo: 'authentication',
  su: 'authentication',
  login: 'authentication',
  gdm: 'authentication',
  polkitd: 'authentication',
  'systemd-logind': 'authentication',
  cron: 'job',
  crond: 'job',
  anacron: 'job',
  atd: 'job',
  systemd: 'process',
  nginx: 'request',
  apache: 'request',
  httpd: 'request',
  apache2: 'request',
  haproxy: 'request',
  dhcpd: 'network',
  dhclient: 'network',
  named: 'network',
  unbound: 'network',
  dnsmasq: 'network',
  networkmanager: 'network',
  postfix: 'request',
  smartd: 'disk',
  mdadm: 'disk',
  mcelog: 'hardware',
  puppet: 'configuration',
};

interface Weight {
  class: EventClass;
  weight: number;
}

function weightsByWord(): Map<string, Weight[]> {
  const table = new Map<string, Weight[]>();
  for (const [name, levels] of Object.entries(WORDS)) {
    for (const [weight, words] of Object.entries(levels)) {
      for (const word of words.split(' ')) {
        const weights = table.get(word) ?? [];
        weights.push({ class: name as EventClass, weight: Number(weight) });
        table.set(word, weights);
      }
    }
  }
  return table;
}

const WEIGHTS = weightsByWord();
const SERVICE_WEIGHT = 3;
/** A single weak word is chance. */
const MIN_WEIGHT = 2;
const MAX_SCANNED = 2_048;
/** A word, with the joints inside of it: `i/o`, `http/1.1`, `oom-killer`, `pam_unix`. */
const WORD = /[a-z0-9]+(?:[-_/.][a-z0-9]+)*/g;

const weightsOf = (word: string): Weight[] | undefined =>
  WEIGHTS.get(word) ?? (word.endsWith('s') ? WEIGHTS.get(word.slice(0, -1)) : undefined);

/** Words of the message and, for a compound not listed itself, its parts. */
function* wordsOf(message: string): Generator<string> {
  const text = message
    .slice(0, MAX_SCANNED)
    .toLowerCase()
    .replaceAll('out of memory', 'out-of-memory memory');
  for (const [word] of text.matchAll(WORD)) {
    yield word;
    if (!WEIGHTS.has(word) && /[-_/.]/.test(word)) yield* word.split(/[-_/.]/);
  }
}

/** The class with the greatest weight; each word counts once, a tie goes to the class named first. */
export function eventClass(service: string | null, message: string): EventClass {
  const sums = new Map<EventClass, number>();
  const add = ({ class: name, weight }: Weight): void => void sums.set(name, (sums.get(name) ?? 0) + weight);
  const base = service?.toLowerCase().split(/[/([]/, 1)[0] ?? '';
  if (Object.hasOwn(SERVICES, base)) add({ class: SERVICES[base]!, weight: SERVICE_WEIGHT });
  for (const word of new Set(wordsOf(message))) for (const weight of weightsOf(word) ?? []) add(weight);
  let best: EventClass = 'other';
  let most = MIN_WEIGHT - 1;
  for (const name of EVENT_CLASSES) {
    const sum = sums.get(name) ?? 0;
    if (sum > most) {
      best = name;
      most = sum;
    }
  }
  return best;
}

/** `sshd:authentication`; without a service the class alone. */
export function eventFamily(service: string | null, message: string): string {
  const name = eventClass(service, message);
  return service === null || service === '' ? name : `${service}:${name}`;
}
