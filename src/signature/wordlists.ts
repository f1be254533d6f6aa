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
export const SWITCH_VERBS: ReadonlySet<string> = new Set(
  words('power powered turn turned switch switched is now'),
);

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
