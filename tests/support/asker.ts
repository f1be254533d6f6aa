// Asks the graph over a test pipeline, without HTTP.
import { graphql } from 'graphql';
import type { Caller } from '../../src/domain/caller.ts';
import type { GraphServices } from '../../src/graph/context.ts';
import { buildSchema } from '../../src/graph/schema.ts';
import type { TestPipeline } from './pipeline.ts';

// biome-ignore lint/suspicious/noExplicitAny: answers are compared, never computed with
export type Answer = Record<string, any>;

export interface Asker {
  /** The data; throws the first error. */
  ask(source: string, variables?: Record<string, unknown>): Promise<Answer>;
  /** One mutation with its `input`; the fields of any error come along. */
  mutate(name: string, inputType: string, input: object, selection: string): Promise<Answer>;
}

export function askerOf({ store, clock, pipeline }: TestPipeline, caller: Caller): Asker {
  const services = { store, clock, pipeline } as unknown as GraphServices;
  const ask = async (source: string, variableValues: Record<string, unknown> = {}): Promise<Answer> => {
    const contextValue = { services, caller };
    const { data, errors } = await graphql({ schema: buildSchema(), source, variableValues, contextValue });
    if (errors) throw errors[0];
    return data as Answer;
  };
  return {
    ask,
    async mutate(name, inputType, input, selection) {
      const { answer } = await ask(
        `mutation ($input: ${inputType}!) { answer: ${name}(input: $input) {
           __typename ... on Error { code message path } ${selection} } }`,
        { input },
      );
      return answer;
    },
  };
}
