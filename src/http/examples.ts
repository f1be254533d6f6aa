// The operations that GraphiQL opens with, in the order in which an operator would try them.

export interface Example {
  readonly title: string;
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>>;
}

export const EXAMPLES: readonly Example[] = [
  {
    title: 'Ingest lines',
    query: `# Send raw lines of any supported format. Sending the same batch again adds nothing.
mutation IngestLines($input: IngestLinesInput!) {
  ingestLines(input: $input) {
    ... on IngestPayload {
      accepted
      duplicates
      rejected { index code reason }
      newSignatures { id pattern service }
    }
    ... on Error { code message path }
  }
}
`,
    variables: {
      input: {
        sourceType: 'SYSLOG',
        sourcePath: '/var/log/auth.log',
        batchKey: 'graphiql-example-1',
        lines: [
          'Mar  1 02:30:01 web-1 sshd[4111]: Failed password for root from 203.0.113.7 port 51514 ssh2',
          'Mar  1 02:30:04 web-1 sshd[4113]: Failed password for invalid user admin from 203.0.113.7 port 51519 ssh2',
          'Mar  1 02:30:09 web-1 sshd[4117]: Accepted publickey for ada from 198.51.100.20 port 40022 ssh2',
        ],
      },
    },
  },
  {
    title: 'Have we seen this before?',
    query: `# A raw line or free text in, the memory's answer out.
query SeenBefore($input: SeenBeforeInput!) {
  seenBefore(input: $input) {
    verdict
    explanation
    occurrenceCount
    firstSeenAt
    lastSeenAt
    signature { id pattern service score }
    similar { similarity reason signature { pattern occurrenceCount } }
    episodes { startAt endAt eventCount outcome }
    incidents { score reason incident { id title status recurrenceCount } }
    lessons { title recommendation }
    runbookHints { title hintText workedCount failedCount }
    coverage { from to complete gaps { from to reason } }
  }
}
`,
    variables: {
      input: {
        message: {
          text: 'checkout of order 77 failed: column "loyalty_tier" does not exist',
        },
      },
    },
  },
  {
    title: 'Candidates and review',
    query: `# 1. Run ListCandidates. 2. Copy an id into the variables. 3. Run ReviewCandidate.
query ListCandidates($filter: CandidateFilter) {
  candidates(filter: $filter, orderBy: SCORE, first: 20) {
    totalCount
    edges {
      node {
        id type title decisionBand scoreTotal confidence explanation
        firstSeenAt lastSeenAt
        scoreBreakdown { name input weight contribution reason }
        nextBand { band description }
        signatures(first: 5) { edges { node { pattern occurrenceCount } } }
        assets(first: 5) { edges { node { hostname } } }
      }
    }
  }
}

mutation ReviewCandidate($review: ReviewInput!) {
  review(input: $review) {
    ... on ReviewPayload {
      review { id decision reviewer reviewedAt }
      scoreBefore scoreAfter bandBefore bandAfter
    }
    ... on Error { code message path }
  }
}
`,
    variables: {
      filter: { states: ['OPEN'] },
      review: { subjectId: 'paste a candidate id here', decision: 'USEFUL', notes: 'Worth knowing.' },
    },
  },
  {
    title: 'Promote to an incident',
    query: `# Makes an incident of a candidate, or joins one with mergeIntoIncidentId.
mutation Promote($input: PromoteCandidateInput!) {
  promoteCandidate(input: $input) {
    ... on PromotePayload {
      incident {
        id title summary impactLevel status recurrenceCount
        provenance(direction: UP) { linkType source { __typename id } target { __typename id } }
      }
    }
    ... on Error { code message path }
  }
}
`,
    variables: {
      input: {
        candidateId: 'paste a candidate id here',
        title: 'SSH brute force from one address',
        impactLevel: 'MEDIUM',
      },
    },
  },
  {
    title: 'Create a lesson',
    query: `# What helped, kept with the incident: the next "seen before?" brings it back.
mutation CreateLesson($input: CreateLessonInput!) {
  createLesson(input: $input) {
    ... on LessonPayload { lesson { id title recommendation confidence } }
    ... on Error { code message path }
  }
}
`,
    variables: {
      input: {
        title: 'Block the address at the edge',
        summary: 'The attempts stopped a minute after the address was blocked.',
        recommendation: 'Block the source at the firewall, then check for accepted logins from it.',
        incidentIds: ['paste an incident id here'],
      },
    },
  },
  {
    title: 'Watch candidates live',
    query: `# Stays open. Ingest in another tab and watch. To resume later, pass the last cursor as $after.
subscription WatchCandidates($filter: CandidateFilter, $after: String) {
  candidates(filter: $filter, after: $after) {
    kind
    cursor
    candidate { id type title decisionBand scoreTotal state lastSeenAt }
    gap { fromCursor toCursor reason }
  }
}
`,
    variables: { filter: null, after: null },
  },
];
