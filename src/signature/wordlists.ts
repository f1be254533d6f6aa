// The closed word lists of the engine. They hold words of English logging in general, never of one product.

const words = (list: string): readonly string[] => list.trim().split(/\s+/);

/** Units of measure: variable right after a variable, as in `5 ms`, because programs pick them to fit the number. */
export const UNITS = words(`
  B KB kB kb MB Mb mb GB gb TB KiB MiB GiB TiB Kb Gb bytes byte Bytes bits bit
  ns us ms msec msecs sec secs s seconds second min mins minutes minute h hr hrs hours hour day days week weeks
  Hz KHz kHz MHz GHz Kbps Mbps Gbps pct percent`);

export const MONTHS = words(`
  Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec
  January February March April June July August September October November December`);

/** Days, zones and halves of the day: variable beside a number. */
export const CALENDAR = words(`
  Mon Tue Wed Thu Fri Sat Sun Monday Tuesday Wednesday Thursday Friday Saturday Sunday
  UTC GMT EST EDT CST CDT MST MDT PST PDT CET CEST BST AM PM am pm Z`);

export const LITERALS = words('true false True False TRUE FALSE null NULL Null nil None');

/** The word after one of these is a name. */
export const USER_NOUNS = words('user User USER username Username');

/** Words behind `user` that are no name: the rest of a sentence, and what a user has or makes. */
export const USER_COMPOUNDS = words(`
  a account accounts action activity after agent an and application are as at attempted attribute authentication
  authorization because before but by can cannot changed command config configuration context credentials data database
  defined did directory does domain entry event executed executing failed file for from group groups had has have home
  id ID identity if in info information input interface is job limit list logged logging login logoff logon logout
  management may mode must name no not of on operation option or parameter password permission permissions pool
  preference preferences process processes profile program query quota record request requested requests role session
  sessions setting settings shell slice space table task that the thread to token tried triggered type was when who will
  with without`);

/** A name is likely to follow. Left out: `in`, `at` and `of`, which states and circumstances follow as often. */
export const NAME_PREPOSITIONS: ReadonlySet<string> = new Set(words('for from to by on with'));

/** Kinds of things that have names of their own, which follow right behind: `container web`, `table orders`. */
export const NAMED_NOUNS: ReadonlySet<string> = new Set(
  words(`
  account bucket called channel class cluster command component container database device disk domain filesystem group
  host hostname index interface job module named namespace node package plugin pod policy process program queue region
  role server service shard table topic unit user volume zone`),
);

/** Names of standards and kinds: the digits in them are no value. */
export const NAMES_WITH_DIGITS = words(`
  IPv4 IPv6 IPV4 IPV6 ipv4 ipv6 IP4 IP6 ip4 ip6 inet6 INET6 ICMPv6 DHCPv4 DHCPv6 dhcp4 dhcp6 SSLv2 SSLv3 HTTP2 HTTP3 http2
  http3 h2 OAuth2 oauth2 SAML2 SMB1 SMB2 SMB3 NFSv3 NFSv4 SNMPv1 SNMPv2 SNMPv3 IKEv1 IKEv2 OSPFv2 OSPFv3 BGP4 POP3 pop3
  IMAP4 imap4 krb5 MD4 MD5 md5 SHA1 SHA-1 SHA2 SHA256 SHA-256 SHA384 SHA-384 SHA512 SHA-512 sha1 sha256 sha512 AES128
  AES256 RC4 X509 x509 PKCS7 PKCS11 PKCS12 base64 Base64 utf8 utf-8 UTF8 UTF-8 UTF16 UTF-16 CRC32 crc32 x86 x64 x86_64
  x86-64 i386 i686 amd64 arm64 ARM64 aarch64 Win32 win32 ext2 ext3 ext4 FAT32 fat32 ISO9660 iso9660 RAID0 RAID1 RAID5
  RAID6 RAID10 L1 L2 L3 Layer2 Layer3 MPEG2 MPEG4 H264 H265 mp3 mp4 PS2 USB1 USB2 USB3 I2C i2c LZ4 lz4 bzip2 log4j
  log4j2 S3 EC2 K8s k8s Python2 Python3 python2 python3 V4L2 v4l2 D3D9 D3D11 DB2 db2 LVM2 lvm2
  int8 int16 int32 int64 uint8 uint16 uint32 uint64 float32 float64`);

/** Last part of a file's or unit's name. Source files are left out: they say which statement printed the line. */
export const FILE_EXTENSIONS = words(`
  bak bin cer cert cfg class cnf conf config core crt css csv dat data db der deb dll dmg dmp doc docx drv dump dylib efi
  exe gif gz htm html ico img inf ini iso jar jks jpeg jpg json key kext keytab ko lck ldif lock log map mdb mo msi mui
  nib old out p12 pdf pem pfx pid plist png policy pol pot ppt pptx properties ps1 pub qcow2 rpm sav save scope service
  slice snap so sock socket sql sqlite svg swp sys tar target tbz tgz timer tmp toml torrent ttf txt vbs vmdk vmx vhd vhdx
  war wav webp woff xls xlsx xml xsd xsl xz yaml yml zip zst`);

/** The last label of a host name. */
export const TOP_LEVEL_DOMAINS = words(`
  com net org edu gov mil int info biz io dev app cloud local localdomain localhost lan intra internal corp home arpa
  ac ae at au be bg br ca ch cl cn co cz de dk ee eg es eu fi fr gr hk hu id ie il in ir is it jp ke kr lt lu lv mx my ng
  nl no nz ph pk pl pt ro rs ru sa se sg si sk th tr tv tw ua uk us uy vn za`);

export type StateRole = 'PROBLEM' | 'RECOVERY' | 'NEITHER';

/**
 * Words that name the state of a thing, in lower case. Each pair on a line is opposite. A message's meaning turns on
 * them, so the generaliser never takes one for a variable, and pairing reads a problem and its recovery from them.
 */
const OPPOSITES: readonly (readonly [problem: string, recovery: string])[] = words(`
  down/up failed/succeeded fail/succeed fails/succeeds failure/success failing/passing
  unsuccessful/successful unsuccessfully/successfully error/ok errors/okay bad/good
  stopped/started stop/start lost/restored lose/restore offline/online
  unreachable/reachable unavailable/available disconnected/connected disconnect/connect unhealthy/healthy
  closed/opened close/open closing/opening disabled/enabled disable/enable denied/granted deny/grant
  rejected/accepted reject/accept refused/allowed disallowed/permitted forbidden/authorized unauthorized/authenticated
  degraded/recovered abnormal/normal crashed/recovered hung/responding unresponsive/responsive
  dead/alive inactive/active suspended/resumed paused/unpaused removed/added remove/add
  missing/present absent/present detached/attached unmounted/mounted unplugged/plugged ejected/inserted
  locked/unlocked blocked/unblocked frozen/unfrozen expired/renewed invalid/valid
  aborted/completed incomplete/complete killed/respawned terminated/established unstable/stable unsynchronized/synchronized
  unregistered/registered unloaded/loaded unbound/bound deactivated/activated
  faulted/repaired faulty/repaired broken/repaired raised/cleared triggered/resolved firing/resolved
  timeout/ready failover/failback exceeded/normal critical/normal`).map((pair) => {
  const [problem, recovery] = pair.split('/') as [string, string];
  return [problem, recovery] as const;
});

/** States that are neither good nor bad by themselves, and the movements between states. */
const NEUTRAL_STATES = words(`
  dormant idle standby pending unknown warning starting stopping running restarting restarted rebooted rebooting
  connecting disconnecting created deleted destroyed exited finished begin began end ended entered left
  primary secondary master slave leader follower on off`);

function stateWords(): ReadonlyMap<string, StateRole> {
  const roles = new Map<string, StateRole>();
  for (const state of NEUTRAL_STATES) roles.set(state, 'NEITHER');
  for (const [problem, recovery] of OPPOSITES) roles.set(problem, 'PROBLEM').set(recovery, 'RECOVERY');
  return roles;
}

/** Every state word in lower case with the side it is on. */
export const STATE_WORDS: ReadonlyMap<string, StateRole> = stateWords();

/** `on` and `off` are states behind one of these, and prepositions elsewhere. */
export const SWITCH_VERBS: ReadonlySet<string> = new Set(words('power powered turn turned switch switched'));

/** Turns the state word behind it round: `not responding`, `no longer reachable`. */
export const NEGATIONS: ReadonlySet<string> = new Set(words(`not no never isn't cannot can't couldn't`));

/** Words that only carry a state word along: `is down` and `is now back up` say the same of different states. */
export const STATE_CARRIERS: ReadonlySet<string> = new Set(
  words(
    'is are was were has have had been be being became becomes now back again currently came went longer still to',
  ),
);

/** Things that a number names rather than measures: `disk 3`, `slot 7`. */
export const NUMBERED_NOUNS: ReadonlySet<string> = new Set(
  words(`
  array bay bank blade bus card channel chassis controller core cpu device dimm disk drive enclosure fan group host
  instance interface lane line link lun member module node numa partition path peer pool port processor psu queue
  rack rank replica sensor server shard site slot socket stack switch target thread trunk tunnel unit vdisk vlan vm
  volume worker zone`),
);
