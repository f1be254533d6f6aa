// Which member of a JSON log line says what, under the names that libraries and shippers give it.

export type JsonRole = 'message' | 'time' | 'severity' | 'host' | 'program' | 'pid' | 'facility';

/**
 * Best name first. A dotted name is a flat member of that name or a member of a nested object. `event` is structlog's
 * message, `log` Docker's, `@m` and `@t` Serilog's, `short_message` GELF's, `textPayload` Google's.
 */
const NAMES: Record<JsonRole, readonly string[]> = {
  message: [
    'message',
    'msg',
    'Message',
    'MESSAGE',
    '@message',
    'short_message',
    'textPayload',
    '@m',
    'RenderedMessage',
    'log',
    'text',
    'body',
    'Body',
    'body.stringValue',
    'jsonPayload.message',
    'event.original',
    'event',
    'line',
    '@mt',
    'MessageTemplate',
    'error',
    'err',
    'error.message',
    'err.message',
    'exception',
    'reason',
  ],
  time: [
    '@timestamp',
    'timestamp',
    'Timestamp',
    'time',
    'ts',
    '@t',
    'datetime',
    'date',
    'eventTime',
    'timeUnixNano',
    'asctime',
    't',
    't.$date',
    'instant.epochSecond',
  ],
  severity: [
    'level',
    'severity',
    'Level',
    'Severity',
    'log.level',
    'loglevel',
    'logLevel',
    'log_level',
    'LogLevel',
    'levelname',
    'lvl',
    'SeverityText',
    'severityText',
    'severity_text',
    'SeverityNumber',
    'severityNumber',
    'severity_number',
    '@l',
    'levelno',
    'priority',
    's',
  ],
  host: [
    'host',
    'hostname',
    'host.name',
    'host.hostname',
    'Hostname',
    'HOSTNAME',
    'source_host',
    'Computer',
    'node',
  ],
  program: [
    'service',
    'service.name',
    'serviceName',
    'service_name',
    'app',
    'application',
    'appname',
    'app_name',
    'program',
    'ident',
    'syslog_identifier',
    'kubernetes.container_name',
    'kubernetes.container.name',
    'component',
    'logger',
    'logger_name',
    'log.logger',
    'loggerName',
    'Category',
    'SourceContext',
    'name',
  ],
  pid: ['pid', 'process.pid', 'process_id', 'processId', 'ProcessId', 'PID'],
  facility: ['facility', 'syslog_facility', 'log.syslog.facility.code'],
};

export interface RoleOfName {
  role: JsonRole;
  /** Smaller is better. */
  rank: number;
}

const ROLES = new Map<string, RoleOfName>(
  (Object.keys(NAMES) as JsonRole[]).flatMap((role) =>
    NAMES[role].map((name, rank) => [name, { role, rank }] as const),
  ),
);

/** First parts of the dotted names: only these objects are looked into. */
const PARENTS = new Set(
  [...ROLES.keys()].filter((name) => name.includes('.')).map((name) => name.split('.', 1)[0]!),
);

export const roleOfName = (name: string): RoleOfName | undefined => ROLES.get(name);

export const isParentName = (name: string): boolean => PARENTS.has(name);
