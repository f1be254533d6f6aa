import type { ConnectorKind } from './contract.ts';
import { files } from './files/files.ts';
import { syslog } from './syslog/syslog.ts';
import { webhook } from './webhook/webhook.ts';

/** Every way in besides GraphQL and the command line. */
export const CONNECTOR_KINDS: readonly ConnectorKind[] = [syslog, files, webhook];
