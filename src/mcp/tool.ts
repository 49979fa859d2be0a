/**
 * What a tool is: its description for the assistant, its input, what it does.
 *
 * @module
 */
import type { z as types } from "zod";
import { UsageError } from "../error.ts";
import type { Awaitable } from "../target.ts";
import type { OpenTargets } from "./open_targets.ts";
import * as z from "./sdk/sdk.js";

/** How a tool describes itself. */
export interface ToolDescription<
  Shape extends types.core.$ZodLooseShape = types.core.$ZodLooseShape,
> {
  /** The name for calling it. */
  readonly name: string;
  /** Its name for people. */
  readonly title: string;
  /** What it does, for the assistant. */
  readonly description: string;
  /** Its input. */
  readonly input: Shape;
  /** Whether it writes a file; all others only read. */
  readonly writes?: true;
}

/** A row of the table of tools. */
export interface Tool extends Omit<ToolDescription, "input"> {
  /** The JSON schema of its input: an object. */
  readonly inputSchema: { readonly type: "object"; readonly [keyword: string]: unknown };
  /** Runs it, and returns the text of its result. Throws a UsageError for an input that does not fit its schema. */
  readonly run: (targets: OpenTargets, input: unknown) => Promise<string>;
}

/** Makes a tool from its description and a function from checked input to its result. */
export function tool<Shape extends types.core.$ZodLooseShape>(
  { input, ...description }: ToolDescription<Shape>,
  answer: (
    targets: OpenTargets,
    input: types.output<types.ZodObject<Shape, types.core.$strict>>,
  ) => Awaitable<string>,
): Tool {
  const schema = z.strictObject(input);
  return {
    ...description,
    inputSchema: { ...z.toJSONSchema(schema, { io: "input" }), type: "object" },
    run: async (targets, given) => {
      const read = schema.safeParse(given ?? {});
      if (!read.success) throw inputError(description.name, read.error);
      return await answer(targets, read.data);
    },
  };
}

/** The first thing that is wrong, in one line. */
function inputError(name: string, { issues }: types.ZodError): UsageError {
  const [issue] = issues;
  const where = issue === undefined || issue.path.length === 0 ? "its input" : issue.path.join(".");
  return new UsageError(
    `Cannot call ${name}: ${where}: ${issue?.message ?? "not of the schema"}; see its input schema`,
  );
}
