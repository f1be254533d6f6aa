import { connectorKind } from '../contract.ts';
import { type FilesConfig, filesConfig } from './config.ts';
import { Follower } from './follower.ts';

export const files = connectorKind<FilesConfig>({
  kind: 'files',
  summary: 'Follows files as they grow and are rotated, and reads compressed ones once.',
  sourceType: 'FILE',
  config: filesConfig,
  secret: 'none',
  async run({ config, intake }) {
    const stop = new AbortController();
    const follower = new Follower(intake, config, stop.signal);
    await follower.begin();
    const following = follower.follow();
    return {
      address: config.paths.join(', '),
      async stop() {
        stop.abort();
        await following;
        await follower.close();
      },
    };
  },
});
