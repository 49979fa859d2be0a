import { assertEquals, assertMatch } from "@std/assert";
import { runCli } from "../cli_fixture.ts";

const SENTENCES: readonly (readonly [words: string[], sentence: string])[] = [
  [
    ["show", "--formt", "x"],
    'Cannot use "--formt": there is no such option; did you mean --format?',
  ],
  [["show", "-z"], 'Cannot use "-z": there is no such option; add --help to see what is taken'],
  [
    ["show", "emulated", "--max"],
    "Cannot run without a value for --max: none is given; add --help to see what is taken",
  ],
  [
    ["show"],
    'Cannot run without an argument "target": it is missing; add --help to see what is taken',
  ],
  [["show", "a", "1", "c"], 'Cannot use "c": it is one argument too many; give 2 at most'],
  [
    ["show", "a", "--max", "1", "--max", "2"],
    'Cannot use "2" for --max: it is "1" already; give it once',
  ],
  [["show", "a", "--group=x"], 'Cannot use "x" for --group: it takes no value; leave "=x" out'],
  [
    ["symbolize", "--names", "x", "y"],
    'Cannot use "x" for --names: it is not one of its words; give default or full',
  ],
];

for (const [words, sentence] of SENTENCES) {
  Deno.test(`htrace ${words.join(" ")} says what is wrong and what to do`, async () => {
    assertEquals(await runCli(...words), { code: 2, stdout: "", stderr: `htrace: ${sentence}\n` });
  });
}

Deno.test("a value that its parser rejects is reported once, with what was found and what to do", async () => {
  for (
    const [words, pattern] of [
      [
        ["show", "a", "--max", "x"],
        /^htrace: Cannot read "x" for max: it is [^:;]+; give [^:;]+\n$/,
      ],
      [
        ["show", "a", "--symbols", "ftp*x"],
        /^htrace: Cannot read symbol path element "ftp\*x": [^:]+\n$/,
      ],
    ] as const
  ) {
    const { code, stderr } = await runCli(...words);
    assertEquals(code, 2);
    assertMatch(stderr, pattern);
  }
});
