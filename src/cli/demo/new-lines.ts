// Lines of the sample's families that are not in it: another host, process, address. They ask "seen before?".

import { Severity } from '../../domain/severity.ts';
import type { Micros } from '../../domain/time.ts';
import { daemonLine, fileLine, serviceLine } from './lines.ts';

export interface NewLines {
  readonly bruteForce: string;
  readonly flappingLink: string;
  readonly fullDisk: string;
  readonly noSpace: string;
  readonly nightlyCron: string;
  readonly unluckyDeploy: string;
  /** Of no family: nobody has ever seen it. */
  readonly never: string;
}

export function newLines(anchorUs: Micros): NewLines {
  const at = anchorUs;
  return {
    bruteForce: fileLine(
      at,
      'vpn-1',
      'sshd[5127]',
      'Failed password for invalid user backup from 192.0.2.199 port 40022 ssh2',
    ).text,
    flappingLink: fileLine(
      at,
      'core-sw2',
      '90417',
      '%LINK-3-UPDOWN: Interface TenGigabitEthernet1/0/12, changed state to down',
    ).text,
    fullDisk: daemonLine(
      at,
      'mail-1',
      'diskwatch#733',
      Severity.WARNING,
      'filesystem /var/spool/mail is 91% full, 4.4 GB left',
    ).text,
    noSpace: fileLine(
      at,
      'db-2',
      'postgres[377]',
      'ERROR:  could not extend file "base/16401/99120": No space left on device',
    ).text,
    nightlyCron: fileLine(at, 'backup-2', 'nightly-report[811]', 'collecting the orders of the day').text,
    unluckyDeploy: serviceLine(
      at,
      'stage-1',
      'shop#941',
      Severity.ERROR,
      'checkout of order 77 failed: column "loyalty_tier" does not exist',
    ).text,
    never: fileLine(at, 'web-1', 'kernel', 'EDAC MC0: 1 CE memory scrubbing event on CPU_SrcID#0').text,
  };
}
