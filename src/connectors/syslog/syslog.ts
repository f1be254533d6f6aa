import { connectorKind } from '../contract.ts';
import { type SyslogConfig, syslogConfig } from './config.ts';
import { listenTcp } from './tcp.ts';
import { listenUdp } from './udp.ts';

export const syslog = connectorKind<SyslogConfig>({
  kind: 'syslog',
  summary: 'Listens for syslog (RFC 3164 and 5424) over UDP, TCP or TLS.',
  sourceType: 'SYSLOG',
  config: syslogConfig,
  secret: 'none',
  run: (instance) => (instance.config.protocol === 'udp' ? listenUdp(instance) : listenTcp(instance)),
});
