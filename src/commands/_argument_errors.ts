/**
 * Says what is wrong with a command line, in our own words: the parser's messages have a different form.
 *
 * @module
 */
import {
  type ArgumentScannerError,
  type FlagNotFoundError,
  formatMessageForArgumentScannerError,
} from "@stricli/core";

const HELP = "add --help to see what is taken";

type Sentences = Parameters<typeof formatMessageForArgumentScannerError>[1];

/** By the names of the parser's errors. */
const SENTENCES: Required<Sentences> = {
  FlagNotFoundError: ({ input, corrections }) =>
    `Cannot use "--${input}": there is no such option; ${correction(corrections)}`,
  AliasNotFoundError: ({ input }) => `Cannot use "-${input}": there is no such option; ${HELP}`,
  ArgumentParseError: ({ externalFlagNameOrPlaceholder: name, input, exception }) =>
    unreadable(name, input, exception),
  EnumValidationError: ({ externalFlagName, input, values }) =>
    `Cannot use "${input}" for --${externalFlagName}: it is not one of its words; ` +
    `give ${values.join(" or ")}`,
  UnsatisfiedFlagError: ({ externalFlagName }) =>
    `Cannot run without a value for --${externalFlagName}: none is given; ${HELP}`,
  UnexpectedFlagError: ({ externalFlagName, previousInput, input }) =>
    `Cannot use "${input}" for --${externalFlagName}: it is "${previousInput}" already; give it once`,
  UnexpectedPositionalError: ({ expectedCount, input }) =>
    `Cannot use "${input}": it is one argument too many; give ${expectedCount} at most`,
  UnsatisfiedPositionalError: ({ placeholder }) =>
    `Cannot run without an argument "${placeholder}": it is missing; ${HELP}`,
  InvalidNegatedFlagSyntaxError: ({ externalFlagName, valueText }) =>
    `Cannot use "${valueText}" for --${externalFlagName}: it takes no value; leave "=" out`,
};

/** The message for a parser error. */
export function argumentSentence(error: ArgumentScannerError): string {
  return formatMessageForArgumentScannerError(error, SENTENCES);
}

function correction(corrections: FlagNotFoundError["corrections"]): string {
  if (corrections.length === 0) return HELP;
  return `did you mean ${corrections.map((name) => `--${name}`).join(" or ")}?`;
}

/** A value that its own parser rejected: with a complete message, or with `"x" is not a number: give digits`. */
function unreadable(name: string, input: string, exception: unknown): string {
  const message = exception instanceof Error ? exception.message : String(exception);
  if (/ to a boolean$/.test(message)) {
    return `Cannot use "${input}" for --${name}: it takes no value; leave "=${input}" out`;
  }
  if (message.startsWith("Cannot ")) return message;
  const about = message.startsWith(`"${input}" `)
    ? `it ${message.slice(input.length + 3)}`
    : message;
  return `Cannot read "${input}" for ${name}: ${about.replace(": ", "; ")}`;
}
