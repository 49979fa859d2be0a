/**
 * What only paper shows: the ten worst stacks with their frames, because a print has no selection.
 *
 * @module
 */
import type { JSX } from "preact";
import { counted, thousands } from "../../plain_text.ts";
import type { Model } from "./model.ts";
import { Growth, Judgement, Stack, suspectOf } from "./small_parts.tsx";

/** Number of stacks that are printed. */
export const PRINTED = 10;

/** The list. */
export function PrintedStacks({ model }: { model: Model }): JSX.Element | null {
  const open = model.rows.filter(({ outstanding }) => outstanding > 0);
  const printed = (open.length > 0 ? open : model.rows).slice(0, PRINTED);
  if (printed.length === 0) return null;
  const more = model.data.groupsInAll - printed.length;
  return (
    <section class="printed">
      <h2>{printed.length === 1 ? "The stack" : `The ${printed.length} worst stacks`}</h2>
      {printed.map((row, index) => (
        <article key={row.id}>
          <h3>
            {index + 1}. {row.name} <span class="dim">{row.sourcePlace}</span>
          </h3>
          <p>
            <Judgement row={row} /> · {thousands(row.outstanding)} {row.type} open
            {row.delta !== undefined && (
              <>
                {" · "}
                <Growth delta={row.delta} /> since the snapshot
              </>
            )}
            {" · "}
            {thousands(row.closed)} of {thousands(row.opened)} closed
          </p>
          <Stack model={model} stack={row.stack} suspect={suspectOf(row)} />
        </article>
      ))}
      {more > 0 && <p>{counted(more, "more stack")} not printed.</p>}
    </section>
  );
}
