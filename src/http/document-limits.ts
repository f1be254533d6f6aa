// What one document may contain before it is looked at any further; how much it may ask for is the graph's matter.
import { GraphQLError, type ParseOptions, parse, type Source, type ValidationRule } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import { limits } from '../graph/limits.ts';

/** Bounds tokens, aliases and root fields of every document. */
export function useDocumentLimits(): Plugin {
  return {
    onParse({ setParseFn }) {
      setParseFn((source: string | Source, options?: ParseOptions) =>
        parse(source, { ...options, maxTokens: limits.tokens }),
      );
    },
    onValidate({ addValidationRule }) {
      addValidationRule(aliasLimit);
      addValidationRule(rootFieldLimit);
    },
  };
}

const aliasLimit: ValidationRule = (context) => {
  let aliases = 0;
  return {
    Field(node) {
      if (node.alias === undefined) return;
      aliases += 1;
      if (aliases === limits.aliases + 1)
        context.reportError(tooMany('aliases', limits.aliases, 'Ask in several requests.'));
    },
  };
};

const rootFieldLimit: ValidationRule = (context) => ({
  OperationDefinition(node) {
    if (node.selectionSet.selections.length > limits.rootFields)
      context.reportError(tooMany('root fields', limits.rootFields, 'Ask in several requests.'));
  },
});

const tooMany = (what: string, limit: number, advice: string) =>
  new GraphQLError(`The document has more than ${limit} ${what}. ${advice}`, {
    extensions: { code: 'LIMIT_EXCEEDED' },
  });
