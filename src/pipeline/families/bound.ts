// Free text makes a form of every message: beyond a bound new forms of a partition are no longer told apart.
import type { Logger } from '../../domain/logger.ts';
import { coarseKey } from '../../signature/engine.ts';
import { MAX_FORMS } from '../../signature/generalise.ts';
import { WILDCARD } from '../../signature/pattern.ts';
import type { FormBound } from '../../store/signatures.ts';
import type { FamilyLearner } from './learner.ts';

export function formBound(learner: FamilyLearner, logger: Logger, maxForms: number = MAX_FORMS): FormBound {
  const warned = new Set<string>();
  return {
    maxForms,
    coarse: (content) => ({
      ...content,
      key: coarseKey(content.exampleMessage, content.partition),
      pattern: WILDCARD,
      pairKey: null,
      pairRole: null,
    }),
    async familiesOf(client, tenantId, contents) {
      const partitions = new Set(contents.map(({ partition }) => partition));
      for (const partition of partitions) await learner.learn(client, tenantId, partition);
      return contents.map(({ partition, exampleMessage }) =>
        learner.familyOf(tenantId, partition, exampleMessage),
      );
    },
    onFull(tenantId, partition) {
      const name = `${tenantId}|${partition}`;
      if (warned.has(name)) return;
      warned.add(name);
      logger.warn(
        { tenantId, service: partition, maxForms },
        'a service has more forms of messages than are told apart; new ones share a coarse signature',
      );
    },
  };
}
