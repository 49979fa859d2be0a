/**
 * Small parts that several others use: judgements, growth, text with commands, stacks.
 *
 * @module
 */
import type { JSX } from "preact";
import type { GroupJudgement } from "../../analysis.ts";
import { signed } from "../../plain_text.ts";
import type { FrameId, PageStack } from "./data/page_data.ts";
import type { Model, Row } from "./model.ts";

/** A shape for each judgement: colour alone says nothing to people who cannot see it. */
const SHAPES: Readonly<Record<GroupJudgement | "known", string>> = {
  "never closed": "●",
  growing: "▲",
  outstanding: "◐",
  "usually closed": "○",
  known: "✓",
};

/** A judgement with its shape. */
export function Judgement({ row }: { row: Row }): JSX.Element {
  const judgement = row.known ? "known" : row.judgement;
  return (
    <span class={`judgement ${judgement.replace(" ", "-")}`}>
      <span aria-hidden="true">{SHAPES[judgement]}</span>
      <span class="word">{judgement}</span>
    </span>
  );
}

/** A change with its sign. */
export function Growth({ delta }: { delta: number | undefined }): JSX.Element {
  if (delta === undefined) return <span class="dim">–</span>;
  const direction = delta > 0 ? "up" : delta < 0 ? "down" : "dim";
  return <span class={direction}>{signed(delta).replace("-", "−")}</span>;
}

/** A text in which commands are in backquotes. */
export function Sentence({ text }: { text: string }): JSX.Element {
  return (
    <>
      {text.split("`").map((part, index) =>
        index % 2 === 1 ? <code key={index}>{part}</code> : part
      )}
    </>
  );
}

/** A stack, innermost first; the frame that stands for it is marked. */
export function Stack(
  { model, stack, suspect = -1 }: { model: Model; stack: PageStack; suspect?: FrameId },
): JSX.Element {
  const frames = model.stack(stack);
  if (frames.length === 0) return <p class="dim">No stack was recorded.</p>;
  const marked = frames.indexOf(suspect);
  return (
    <ol class="stack">
      {frames.map((id, index) => {
        const { name, owner, displacement, place, line } = model.frames[id]!;
        const isMarked = index === marked;
        return (
          <li
            key={index}
            class={isMarked ? "suspect" : owner === "system" || owner === "unknown" ? "system" : ""}
          >
            <span class="function">
              {name}
              <span class="dim">{line === "" ? " (inlined)" : displacement}</span>
            </span>
            {isMarked && <span class="tag">suspect</span>}
            {place !== "" && <span class="place">{place}</span>}
          </li>
        );
      })}
    </ol>
  );
}

/** The frame to mark in a row's stack; -1 if the frame that stands for it is not a suspect. */
export function suspectOf({ frame, suspectIs }: Row): FrameId {
  return suspectIs === "none" ? -1 : frame;
}
