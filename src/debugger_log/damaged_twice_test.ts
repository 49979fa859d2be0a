/**
 * Logs that were damaged in two ways, one after the other, in every order: what is read equals what was written, or
 * what is missing is reported. Nothing is wrong.
 */
import { assert } from "@std/assert";
import { damagedTwice, DAMAGES } from "./_damage_testing.ts";
import { Random, randomTruth, writeLog } from "./_log_writer_testing.ts";
import { readText } from "./_read_testing.ts";
import { compare } from "./_truth_testing.ts";

const SEEDS = 8;
/** Largest share of the texts with one first damage that may have less: a lost break can be anywhere. */
const MOST_WITH_LESS = 0.2;

/** The second damage changes a text: styles are the debugger's own, and encodings come last. */
const SECOND = DAMAGES.filter(({ name, style }) => style === undefined && name !== "plain");

for (const first of DAMAGES.filter(({ bytes }) => bytes === undefined)) {
  Deno.test(`a log reads back equal, or says what is missing: ${first.name}, then anything`, () => {
    let less = 0;
    for (const second of SECOND) {
      for (let seed = 0; seed < SEEDS; seed++) {
        const random = new Random(seed);
        const truth = randomTruth(random);
        const bytes = damagedTwice(writeLog(truth, random, first.style), first, second, random);
        const message = `${first.name}, then ${second.name}, seed ${seed}`;
        if (compare(readText(bytes), truth, message) === "less") less++;
      }
    }
    const all = SECOND.length * SEEDS;
    assert(less <= all * MOST_WITH_LESS, `${less} of ${all} texts have less`);
  });
}
