import { assertEquals } from "@std/assert";
import type { Answer } from "../answer.ts";
import { renderAnswers } from "./render_answers.ts";

const LISTING: Answer = {
  number: 1,
  line: 120,
  command: "!htrace",
  prompt: "0:000>",
  mode: "user",
  kind: "listing",
  stated: { parsed: 12, dumped: 12 },
  headlessFrames: 0,
  entryCount: 4,
  incomplete: "ends inside an entry",
};

Deno.test("renderAnswers() says for each answer where it is, what it contains and what it lacks", () => {
  const answers: Answer[] = [
    LISTING,
    {
      ...LISTING,
      number: 2,
      line: 9800,
      command: "!htrace -diff",
      kind: "error",
      stated: {},
      error: "not-enabled",
      entryCount: 0,
    },
    {
      number: 3,
      line: 9900,
      mode: "user",
      kind: "diff",
      stated: { displayed: 2 },
      headlessFrames: 0,
      entryCount: 2,
    },
  ];
  assertEquals(
    renderAnswers(answers),
    `#  line  kind                 entries                         command
1   120  listing              4 of 12 (ends inside an entry)  0:000> !htrace
2  9800  error (not-enabled)  -                               0:000> !htrace -diff
3  9900  diff                 2
`,
  );
});

Deno.test("renderAnswers() returns one sentence for a text without answers", () => {
  assertEquals(renderAnswers([]), "The text has no output of !htrace.\n");
});

Deno.test("renderAnswers() escapes the prompts of a text", () => {
  const text = renderAnswers([{ ...LISTING, prompt: "0:000>\x1b[2J" }]);
  assertEquals(text.includes("\x1b"), false);
});
