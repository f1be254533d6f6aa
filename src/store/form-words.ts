/**
 * SQL: the words of a form's example in lower case, without what holds a digit. The search for similar templates asks
 * by this very expression, so that an index on it answers.
 */
export const FORM_WORDS = `string_to_array(btrim(regexp_replace(lower(example), '[[:alnum:]]*[[:digit:]][[:alnum:]]*|[^[:alpha:]]+', ' ', 'g')), ' ')`;
