/**
 * The verdict, the four numbers below it, and uncertainties.
 *
 * @module
 */
import type { ComponentChildren, JSX } from "preact";
import { counted, thousands } from "../../plain_text.ts";
import type { VerdictKind } from "../../analysis/verdict.ts";
import type { Model } from "./model.ts";
import { Growth, Sentence } from "./small_parts.tsx";

/** How a verdict is marked: a class for its colour, and a shape and a word for people who cannot see it. */
const MARKS: Readonly<Record<VerdictKind, readonly [kind: string, shape: string, word: string]>> = {
  leak: ["leak", "▲", "Leak"],
  misuses: ["leak", "✖", "Bad references"],
  bounded: ["good", "✓", "Steady"],
  "no leak": ["good", "✓", "No leak"],
  "system only": ["good", "✓", "No leak of its own"],
  "no own frame": ["unsure", "?", "Unclear"],
  "no stacks": ["unsure", "?", "Unclear"],
  "history lost": ["unsure", "!", "History lost"],
  "no traces": ["unsure", "?", "No traces"],
  filtered: ["unsure", "?", "Nothing shown"],
};

/** The verdict's text, and the next step. */
export function Verdict({ model }: { model: Model }): JSX.Element {
  const { verdict, next } = model.data;
  const [kind, shape, word] = MARKS[verdict.kind];
  return (
    <section class={`panel verdict ${kind}`} aria-label="Verdict">
      <span class="shape" role="img" aria-label={word}>{shape}</span>
      <div>
        <p class="sentence">{model.text(verdict.sentence)}</p>
        <p class="dim">
          <Sentence text={model.text(next)} />
        </p>
      </div>
    </section>
  );
}

/** What is uncertain or left out; `hasLink`: the page's URL names no stack, or one that the page has. */
export function Notes({ model, hasLink }: { model: Model; hasLink: boolean }): JSX.Element | null {
  const notes = model.data.notes.map((note) => model.text(note));
  if (!hasLink) notes.unshift("The link names a stack that is not on this page.");
  if (notes.length === 0) return null;
  return (
    <section class="panel notes" aria-labelledby="notes">
      <h2 id="notes">Notes</h2>
      <ul>
        {notes.map((note) => (
          <li key={note}>
            <Sentence text={note} />
          </li>
        ))}
      </ul>
    </section>
  );
}

/** What a diff's text does not say. */
export const NOT_KNOWN = "Not known: a diff lists opens alone.";

/** The four numbers. */
export function Cards({ model }: { model: Model }): JSX.Element {
  const { totals, isDiff, historyLost, tellsCloses } = model.data;
  const atLeast = historyLost ? "at least " : "";
  return (
    <section class="cards" aria-label="Totals">
      <Card title={isDiff ? "Opened since the snapshot, still open" : "Still open"}>
        <strong>{atLeast}{thousands(totals.outstanding)}</strong>
        {tellsCloses
          ? `${thousands(totals.opened)} opened, ${thousands(totals.closed)} closed`
          : "all that a diff lists"}
      </Card>
      <Card title="Grown since the snapshot">
        <strong>
          <Growth delta={totals.delta} />
        </strong>
        {totals.delta === undefined
          ? historyLost
            ? "not known: history was lost"
            : isDiff
            ? "not known: nothing says how many were open then"
            : "not known: there is no snapshot"
          : totals.grown + totals.shrunk === 0
          ? "no stack grew"
          : `${counted(totals.grown, "stack")} grew, ${thousands(totals.shrunk)} shrank`}
      </Card>
      <Card title="Never closed">
        <strong>{tellsCloses ? counted(totals.neverClosed, "stack") : "?"}</strong>
        {!tellsCloses
          ? NOT_KNOWN
          : totals.neverClosed === 0
          ? "no stack keeps all of its handles"
          : `${counted(totals.neverClosedHandles, "handle")} that nobody closes`}
      </Card>
      <Card title="Bad references">
        <strong class={totals.bad > 0 ? "bad" : ""}>
          {tellsCloses || totals.bad > 0 ? thousands(totals.bad) : "?"}
        </strong>
        {totals.bad > 0
          ? "uses of closed or invalid handles"
          : tellsCloses
          ? "no closed handle was used"
          : NOT_KNOWN}
      </Card>
    </section>
  );
}

function Card({ title, children }: { title: string; children: ComponentChildren }): JSX.Element {
  return (
    <div class="panel card">
      <h2>{title}</h2>
      <p>{children}</p>
    </div>
  );
}
