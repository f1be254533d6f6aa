// The words that the made-up programs of the benchmark speak in. Every fifth word of each list is never used by a
// program that is remembered: lines of strangers are made of those.

export interface Vocabulary {
  readonly things: readonly string[];
  readonly deeds: readonly string[];
  readonly states: readonly string[];
  readonly parts: readonly string[];
  readonly causes: readonly string[];
}

const list = (text: string): readonly string[] => text.trim().split(/\s+/);

const ALL: Vocabulary = {
  things: list(`
    account acknowledgement adapter address agent alarm alert allocation archive argument array artifact assertion
    attachment attempt attribute backup balance bandwidth banner barrier batch battery binary bitmap block bookmark boundary
    branch bridge broker bucket buffer bundle bus cache calendar callback capacity capture catalog certificate chain
    channel charge checkpoint checksum child chunk cipher claim client clock cluster codec collection column command
    comparison compressor condition configuration connection connector console consumer container context contract cookie
    coordinator counter crawler credential cursor daemon dashboard database dataset deadline decoder delegate delivery
    dependency descriptor device diagnostic digest dimension directory disk dispatcher document domain driver drive
    duplicate edge element encoder encryption endpoint engine entity entry envelope epoch event exchange executor expression
    extension fabric factory failover fan feature feed fence field file filter fingerprint firewall firmware flag flow
    folder forwarder fragment frame gateway generation grant graph group guest handle handler handshake header heap
    heartbeat histogram hook host identity image import index ingress inode inspection instance interface interrupt
    inventory invoice item iterator job journal kernel keyspace keystore label latency lease ledger library license
    limit link listener literal loader locale lock log loop mailbox manifest mapping marker mask master matrix member
    memory message metric migration mirror module monitor mount mutex namespace neighbor network node notification object
    offset operand operation operator option orchestrator order origin outlet output packet page parameter parser partition
    password patch path payload peer permission pipeline placement platform plugin pointer policy pool port portal prefix
    preview principal printer priority probe process producer profile project promise protocol provider proxy publisher
    quarantine query queue quorum quota range reader rebalance receipt receiver record recovery redirect reference region
    registry relay release replica report request reservation resolver resource response restore result revision ring role
    rollback route router row rule runner sampler sandbox scanner schedule scheduler schema scope script sector segment
    selector semaphore sensor sequence serializer server service session setting shard shipment signal signature sink slice
    slot snapshot socket source spool stage statement storage stream subnet subscription supervisor switch symbol table tablet
    tag target task template tenant thread threshold throttle ticket timer token topic topology trace transaction transfer
    transformer transport tree trigger tunnel unit update upload upstream user validator variable vault vector vendor version
    view volume voucher wallet watcher window worker workspace writer zone`),
  deeds: list(`
    accepting acquiring activating adding adjusting advertising aggregating allocating announcing applying approving
    archiving assigning attaching auditing balancing binding blocking booting broadcasting buffering building caching
    calculating canceling capturing checking claiming cleaning cloning collecting committing compacting comparing compiling
    compressing computing configuring confirming converting copying counting dispatching decoding decrypting deduplicating
    deferring delivering deploying deriving detaching detecting discarding discovering draining dropping dumping emitting
    encoding encrypting enqueuing enrolling escalating evaluating evicting exchanging executing exporting extending
    extracting fencing fetching filtering flushing forwarding freeing generating granting hashing importing indexing
    initializing inserting inspecting installing invalidating invoking issuing joining launching linking listing loading
    locating locking logging mapping marking matching measuring merging migrating mirroring monitoring mounting moving
    negotiating notifying opening optimizing parsing patching persisting pinging polling posting preparing printing
    probing processing promoting propagating provisioning pruning publishing purging pushing querying queuing reading
    rebuilding receiving reclaiming reconciling recording redirecting reducing refreshing registering rejecting releasing
    reloading removing renaming rendering renewing repairing replaying replicating reporting reserving resetting resizing
    resolving resuming retrying returning revoking rewriting rolling rotating routing sampling saving scanning scheduling
    sealing searching selecting sending serializing serving shipping signing skipping sorting splitting spawning staging
    storing streaming submitting subscribing suspending synchronizing throttling tracing tracking training transferring
    translating trimming unlinking unpacking updating upgrading uploading validating verifying waiting warming writing`),
  states: list(`
    absent aborted ambiguous asleep behind blocked broken busy canceled clean cold compromised conflicting congested
    corrupt cyclic damaged deferred degraded delayed deprecated detached diverged dirty divided drained duplicate empty
    encrypted exhausted expired fenced foreign fragmented frozen full hung idle illegal immutable implausible incomplete
    inconsistent inherited insecure insufficient interrupted invalid isolated late leaking legacy locked lost malformed
    mismatched missing mounted negative nested obsolete obscured offline orphaned outdated overdue overloaded oversized
    paused pending pinned poisoned premature private protected quiet readonly redundant refused rejected reserved resident
    retired revoked saturated shadowed skewed slow stale stuck suspect suspended synthetic torn transient truncated
    unavailable unbalanced uncommitted undefined unexpected unhealthy unknown unreachable unresolved unsafe unsigned unstable
    unsupported unused vacant verified volatile weak wrong`),
  parts: list(`
    Account Address Allocation Append Archive Async Atomic Audit Backup Batch Bloom Bucket Bulk Cache Catalog Chain Channel
    Checkpoint Chunk Cluster Commit Config Consumer Container Cursor Data Delta Digest Disk Dispatch Document Edge Election
    Engine Entity Event Executor Export Fabric Feed Fetch File Filter Flow Flush Frame Gateway Graph Group Health Heap Image
    Index Ingest Instance Inventory Invoice Journal Key Lease Ledger Listener Load Lock Loop Mail Manifest Map Memory Merge
    Message Meta Metric Mirror Network Node Object Offset Order Packet Page Partition Payment Peer Pipeline Policy Pool
    Query Queue Quorum Quota Raft Range Record Region Registry Replica Request Resource Retry Ring Route Rule Schema Search
    Segment Session Shard Signal Snapshot Socket Source Spool Stage Storage Stream Sync Table Task Tenant Thread Ticket
    Token Topic Trace Transfer Tree Trigger Upload User Vault Version View Volume Wallet Watch Worker Zone`),
  causes: list(`
    backpressure brownout checksum clockskew collision congestion contention corruption crash deadlock deadline denial
    disconnect drift duplication eviction exhaustion expiry fault flapping fragmentation handover hotspot inactivity
    interference invalidation jitter lag latency leak livelock lockout loss maintenance mismatch misconfiguration mutation
    outage overcommit overflow overload overrun panic partition poisoning preemption preflight pressure race regression
    reorg replay reset restart resync revocation rollover saturation shutdown skew spike split stall starvation surge
    takeover tampering throttling timeout truncation underflow underrun unavailability upgrade violation wraparound`),
};

const STRANGE_EVERY = 5;

const keep = (strange: boolean): Vocabulary =>
  Object.fromEntries(
    Object.entries(ALL).map(([name, words]) => [
      name,
      (words as readonly string[]).filter((_, i) => (i % STRANGE_EVERY === 0) === strange),
    ]),
  ) as unknown as Vocabulary;

export const FAMILIAR: Vocabulary = keep(false);
export const STRANGE: Vocabulary = keep(true);
