// The scoring process: what a model takes in memory and time, or breaks, is not the server's.
import { Classifier } from './classifier.ts';
import type { LoadRequest, Reply, Request, ScoreRequest } from './exchange.ts';

let classifier: Classifier | null = null;

const reply = (message: Reply): void => {
  process.send?.(message);
};

async function load(request: LoadRequest): Promise<void> {
  try {
    classifier = await Classifier.load(request);
    const { runtime, labels } = classifier;
    reply({ ready: { runtime, labels } });
  } catch (error) {
    reply({ unusable: (error as Error).message });
  }
}

async function score({ id, texts }: ScoreRequest): Promise<void> {
  try {
    reply({ id, answers: await classifier!.classify(texts, () => reply({ id, goesOn: true })) });
  } catch (error) {
    reply({ id, fault: (error as Error).message });
  }
}

process.on('message', (request: Request) => {
  if ('load' in request) void load(request.load);
  else void score(request.score);
});
// An orphan has nobody to answer to.
process.on('disconnect', () => process.exit());
// Ctrl-C reaches the whole group; the server says when to end.
process.on('SIGINT', () => {});
