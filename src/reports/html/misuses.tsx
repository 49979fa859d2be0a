/**
 * Bad references: their stories, with the stacks that used, closed and opened the handle.
 *
 * @module
 */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { counted } from "../../plain_text.ts";
import type { MisuseRow } from "./data/page_data.ts";
import type { Model } from "./model.ts";
import { Stack } from "./small_parts.tsx";

/** Number of stories shown at first. */
const FIRST = 10;

/** The panel of all bad references; nothing if there are none. */
export function MisusePanel({ model }: { model: Model }): JSX.Element | null {
  const { misuses, wrongCloses, totals } = model.data;
  const [shown, setShown] = useState(FIRST);
  if (misuses.length === 0 && wrongCloses.length === 0) return null;
  const more = Math.min(misuses.length, totals.bad) - shown;
  const leftOut = totals.bad - misuses.length;
  return (
    <section class="panel" aria-labelledby="misuses">
      <h2 id="misuses">
        {misuses.length === 0 ? "Closes that look wrong" : "Bad references"}
      </h2>
      {wrongCloses.map((text) => <p key={text} class="wrong-close">{model.text(text)}</p>)}
      {misuses.slice(0, shown).map((misuse, index) => (
        <Misuse key={index} model={model} misuse={misuse} />
      ))}
      {more > 0 && (
        <button type="button" class="button" onClick={() => setShown(misuses.length)}>
          Show {counted(more, "more bad reference")}
        </button>
      )}
      {leftOut > 0 && (
        <p class="dim">
          {counted(leftOut, "older bad reference")} not in this page: <code>--format json</code>
          {" "}
          has all.
        </p>
      )}
    </section>
  );
}

/** One bad reference; its stacks can be unfolded. */
export function Misuse({ model, misuse }: { model: Model; misuse: MisuseRow }): JSX.Element {
  const { title, story, stacks } = misuse;
  return (
    <details class="misuse">
      <summary>
        <span class="bad" aria-hidden="true">✖</span> {model.text(title)}
        <span class="story">{model.text(story)}</span>
      </summary>
      {stacks.length === 0 && <p class="dim">No stack of it was recorded.</p>}
      {stacks.map(([who, stack]) => (
        <div key={who}>
          <h3>{who}</h3>
          <Stack model={model} stack={stack} />
        </div>
      ))}
    </details>
  );
}
