// What clients rely on, in short: `field:Type`, `*` for a connection of it, `(argument …)` after the name.

export const OBJECTS: Readonly<Record<string, string>> = {
  Query: `node(id):Node nodes(ids):[Node]! viewer:Viewer! tenants:Tenant* assets(filter):Asset* events(filter):Event*
    signatures(filter,orderBy):Signature* signals(filter):Signal* correlationGroups(filter):CorrelationGroup*
    candidates(filter,orderBy):Candidate* incidents(filter):Incident* lessons(filter):Lesson* runbookHints(filter):RunbookHint*
    rejectedInputs(filter):RejectedInput* sources:[Source!]! features(input):[FeatureSeries!]! seenBefore(input):SeenBefore!
    interesting(since,first):[Highlight!]! anomalyScoring:AnomalyScoringStatus!`,
  SeenBefore: `verdict:SeenBeforeVerdict! explanation:String! signature:Signature similar:[SimilarSignature!]! firstSeenAt:DateTime
    lastSeenAt:DateTime occurrenceCount:SafeInt! episodes:[Episode!]! incidents:[RecalledIncident!]! lessons:[Lesson!]!
    runbookHints:[RunbookHint!]! coverage:Coverage!`,
  Episode: 'startAt:DateTime! endAt:DateTime! eventCount:SafeInt! assets:[Asset!]! outcome:EpisodeOutcome!',
  SimilarSignature: 'signature:Signature! similarity:Float! reason:String!',
  RecalledIncident: 'incident:Incident! score:Float! reason:String!',
  Coverage: 'from:DateTime to:DateTime complete:Boolean! gaps:[CoverageGap!]!',
  CoverageGap: 'from:DateTime! to:DateTime reason:String! source:Source',
  Highlight:
    'subject:Node! title:String! why:String! nextStep:String! score:Float! decisionBand:DecisionBand!',
  Tenant: `id:ID! slug:String! name:String! environmentType:String tags:[String!]! metadata:JSON shareSignatures:Boolean!
    createdAt:DateTime! updatedAt:DateTime!`,
  Asset: `id:ID! tenant:Tenant! hostname:String! assetType:String serviceGroup:String ipAddresses:[String!]! platform:String
    tags:[String!]! metadata:JSON createdAt:DateTime! updatedAt:DateTime! events:Event* candidates:Candidate*`,
  Event: `id:ID! tenant:Tenant! asset:Asset signature:Signature sourceType:SourceType! sourcePath:String host:String service:String
    timestamp:DateTime! observedAt:DateTime! createdAt:DateTime! severity:Severity! severityOriginal:String facility:String
    messageRaw:String! messageNormalized:String! signatureInput:String! fields:EventFields! structuredFields:JSON
    correlationKeys:JSON ingestMetadata:JSON anomaly:EventAnomaly signals:Signal* candidates:Candidate*`,
  EventFields: 'srcIp:String dstIp:String user:String httpStatus:Int vendor:String action:String',
  EventAnomaly: 'score:Float! label:String! scoredAt:DateTime! scorer:String!',
  Signature: `id:ID! tenant:Tenant scope:SignatureScope! key:String! version:Int! eventFamily:String service:String pattern:String!
    exampleMessage:String! firstSeenAt:DateTime! lastSeenAt:DateTime! occurrenceCount:SafeInt! score:Float! metadata:JSON
    parameters:[SignatureParameter!]! histogram(bucket,from,to):[Bucket!]! mergedInto:Signature events:Event*
    candidates:Candidate* incidents:Incident* runbookHints:[RunbookHint!]!`,
  SignatureParameter: 'kind:String! distinctValues:Int! topValues:[ParameterValue!]!',
  FeatureSeries: 'feature:String! entity:String buckets:[Bucket!]!',
  Bucket: 'start:DateTime! count:Int baseline:Float',
  Signal: `id:ID! tenant:Tenant! kind:SignalKind! source:Source label:String! score:Float! severity:Severity! event:Event
    signature:Signature asset:Asset entity:String text:String! observedAt:DateTime! detectedAt:DateTime! baseline:Float
    observed:Float acknowledged:Boolean! acknowledgedAt:DateTime acknowledgedBy:String notes:String`,
  CorrelationGroup: `id:ID! tenant:Tenant! groupType:GroupType! startAt:DateTime! endAt:DateTime! entity:String severity:Severity!
    eventCount:Int! metadata:JSON assets:Asset* signatures:Signature* signals:Signal*`,
  Candidate: `id:ID! tenant:Tenant! type:CandidateType! state:CandidateState! title:String! summary:String! firstSeenAt:DateTime!
    lastSeenAt:DateTime! scoreTotal:Float! scoreBreakdown:[ScoreComponent!]! decisionBand:DecisionBand! explanation:String!
    confidence:Float! nextBand:BandDistance metadata:JSON createdAt:DateTime! updatedAt:DateTime! signatures:Signature*
    events:Event* groups:CorrelationGroup* assets:Asset* incidents:[Incident!]! reviews:[Review!]!
    provenance(direction):[ProvenanceLink!]!`,
  ScoreComponent: 'name:String! input:Float! weight:Float! contribution:Float! reason:String!',
  Incident: `id:ID! tenant:Tenant! title:String! summary:String! incidentType:String! firstObservedAt:DateTime!
    lastObservedAt:DateTime! recurrenceCount:Int! impactLevel:ImpactLevel! confidence:Float! status:IncidentStatus! metadata:JSON
    createdAt:DateTime! updatedAt:DateTime! candidates:[Candidate!]! signatures:[Signature!]! events:[Event!]! lessons:[Lesson!]!
    runbookHints:[RunbookHint!]! reviews:[Review!]! provenance(direction):[ProvenanceLink!]!`,
  Lesson: `id:ID! tenant:Tenant! title:String! summary:String! recommendation:String! confidence:Float! metadata:JSON
    createdAt:DateTime! updatedAt:DateTime! incidents:[Incident!]! candidates:[Candidate!]! reviews:[Review!]!`,
  RunbookHint: `id:ID! tenant:Tenant! title:String! hintText:String! priority:Int! confidence:Float! metadata:JSON
    createdAt:DateTime! updatedAt:DateTime! triggerSignatures:[Signature!]! triggerIncidents:[Incident!]! shownCount:Int!
    workedCount:Int! failedCount:Int!`,
  Review: `id:ID! tenant:Tenant! subject:ReviewSubject! decision:ReviewDecision! notes:String reviewer:String!
    reviewedAt:DateTime!`,
  ProvenanceLink: 'id:ID! source:Node! target:Node! linkType:LinkType! createdAt:DateTime! metadata:JSON',
  RejectedInput: `id:ID! source:Source index:Int reason:String! code:ErrorCode! payload:String! receivedAt:DateTime!
    replayedAt:DateTime`,
  Source: `id:ID! tenant:Tenant! name:String! connector:String! state:SourceState! lagSeconds:Float received:SafeInt!
    rejected:SafeInt! lastEventAt:DateTime lastError:String`,
  Mutation: `ingestEvents(input):IngestResult! ingestLines(input):IngestResult! ingestAlert(input):IngestResult!
    replayRejected(input):IngestResult! review(input):ReviewResult! promoteCandidate(input):PromoteResult!
    acknowledgeSignal(input):AcknowledgeSignalResult! updateIncident(input):IncidentResult! createLesson(input):LessonResult!
    updateLesson(input):LessonResult! createRunbookHint(input):RunbookHintResult! updateRunbookHint(input):RunbookHintResult!
    recordHintOutcome(input):RunbookHintResult! recordChange(input):ChangeResult! upsertAsset(input):AssetResult!
    upsertTenant(input):TenantResult! splitSignature(input):SignatureResult! mergeSignatures(input):SignatureResult!
    undoSignatureBinding(input):SignatureResult! runAnomalyScoring(input):AnomalyScoringRun!`,
  IngestPayload: 'accepted:Int! duplicates:Int! rejected:[RejectedInput!]! newSignatures:[Signature!]!',
  ReviewPayload: `review:Review! subject:ReviewSubject! incident:Incident scoreBefore:Float scoreAfter:Float
    bandBefore:DecisionBand bandAfter:DecisionBand`,
  Subscription:
    'candidates(filter,after):CandidateChange! signals(filter,after):SignalChange! incidents(after):IncidentChange!',
  CandidateChange: 'kind:ChangeKind! cursor:String! candidate:Candidate gap:Gap',
  Gap: 'fromCursor:String! toCursor:String! reason:String!',
};

export const INTERFACES: Readonly<Record<string, string>> = {
  Node: 'id:ID!',
  Error: 'code:ErrorCode! message:String! path:[String!]',
};

export const INPUTS: Readonly<Record<string, string>> = {
  CandidateFilter: `types:[CandidateType!] bands:[DecisionBand!] states:[CandidateState!] minScore:Float signatureId:ID assetId:ID
    since:DateTime until:DateTime`,
  SignalFilter: `kinds:[SignalKind!] acknowledged:Boolean label:String signatureId:ID assetId:ID since:DateTime until:DateTime`,
  EventFilter: `signatureId:ID assetId:ID host:String service:String minSeverity:Severity sourceType:SourceType since:DateTime
    until:DateTime text:String`,
  SignatureFilter: 'service:String text:String newSince:DateTime minOccurrences:Int',
  SeenBeforeInput: 'message:SeenMessageInput eventId:ID signatureId:ID candidateId:ID',
  SeenMessageInput: 'text:String! service:String host:String',
  FeatureQuery: 'feature:String! entity:String assetId:ID bucket:BucketSize! from:DateTime! to:DateTime!',
  IngestEventInput: `timestamp:DateTime sourceType:SourceType sourcePath:String host:String service:String severity:Severity
    facility:String message:String! structuredFields:JSON correlationKeys:JSON ingestMetadata:JSON eventKey:String`,
  IngestEventsInput: 'events:[IngestEventInput!]! batchKey:String',
  IngestLinesInput: `lines:[String!]! sourceType:SourceType! sourcePath:String host:String service:String batchKey:String`,
  ReviewInput: 'subjectId:ID! decision:ReviewDecision! notes:String reviewer:String',
};

export const ENUMS: Readonly<Record<string, string>> = {
  SignatureOrder: 'LAST_SEEN FIRST_SEEN OCCURRENCES SCORE',
  CandidateOrder: 'SCORE LAST_SEEN CREATED',
  SeenBeforeVerdict: 'YES SIMILAR NO UNKNOWN',
  EpisodeOutcome: 'ONGOING ENDED HEALED WENT_SILENT ACKNOWLEDGED',
  SourceType: 'SYSLOG JOURNALD WINDOWS_EVENT WEBHOOK APP_LOG FILE LOGICMONITOR SPLUNK OTLP OTHER',
  Severity: 'DEBUG INFO NOTICE WARNING ERROR CRITICAL ALERT EMERGENCY',
  SignatureScope: 'GLOBAL TENANT ASSET',
  BucketSize: 'M1 M5 H1 D1',
  SignalKind: 'SPIKE NEW_SIGNATURE RULE_MATCH MODEL SILENCE RECOVERY CHANGE',
  GroupType: 'BURST SPREAD CHANGE_WINDOW PRECURSOR_CLUSTER ENTITY_WINDOW',
  CandidateType: 'RECURRENCE SELF_HEAL PRECURSOR ANOMALY BURST SPREAD',
  DecisionBand: 'IGNORE WATCH REVIEW URGENT_HUMAN_REVIEW PROMOTE_TO_INCIDENT_MEMORY',
  CandidateState: 'OPEN PROMOTED DISMISSED SUPPRESSED',
  IncidentStatus: 'ACTIVE HISTORICAL RETIRED',
  ImpactLevel: 'NONE LOW MEDIUM HIGH CRITICAL',
  ReviewDecision: 'NOISE USEFUL URGENT FALSE_POSITIVE PROMOTE IGNORE INVESTIGATE',
  ProvenanceDirection: 'UP DOWN',
  LinkType:
    'SIGNED_AS EVIDENCE_OF GROUPED_IN PRECEDED PROMOTED_TO JOINED TAUGHT HINTS_AT REVIEWED MERGED_INTO SPLIT_FROM',
  SourceState: 'LIVE SILENT FAILING DISABLED',
  ErrorCode: 'VALIDATION NOT_FOUND CONFLICT UNAUTHENTICATED FORBIDDEN LIMIT_EXCEEDED RETRY_LATER UNAVAILABLE',
  ChangeKind: 'CREATED UPDATED REMOVED GAP',
};

export const UNIONS: Readonly<Record<string, string>> = {
  ReviewSubject: 'Candidate Incident Lesson',
  ReviewResult: 'ReviewPayload NotFoundError ConflictError ValidationError',
};
