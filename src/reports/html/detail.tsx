/**
 * The panel for the selected stack: where it opened handles, who closed them, misuses, which handles are open.
 *
 * @module
 */
import type { JSX } from "preact";
import { counted, signed, thousands } from "../../plain_text.ts";
import type { Model, Row } from "./model.ts";
import { Judgement, Stack, suspectOf } from "./small_parts.tsx";
import { Misuse } from "./misuses.tsx";
import { NOT_KNOWN } from "./verdict.tsx";

/** What the panel shows. */
export interface DetailProps {
  readonly model: Model;
  readonly row: Row | undefined;
  /** The message of the last copy; empty before the first. */
  readonly copied: string;
  readonly onCopy: () => void;
}

/** The panel. */
export function Detail({ model, row, copied, onCopy }: DetailProps): JSX.Element {
  if (row === undefined) {
    return (
      <section class="panel detail" aria-label="Selected stack">
        <p class="empty">No stack is selected: choose one in the table.</p>
      </section>
    );
  }
  const types = row.type === "" ? "Handles" : `${row.type} handles`;
  return (
    <section class="panel detail" aria-label="Selected stack">
      <header>
        <div>
          <h2 class="function">{row.name}</h2>
          <p class="dim">
            {types} · <Judgement row={row} />
          </p>
        </div>
        <div class="buttons">
          <button type="button" class="button" onClick={onCopy}>
            Copy stack <kbd>c</kbd>
          </button>
          {row.link !== "" && <a class="button" href={`#stack=${row.link}`}>Link</a>}
        </div>
      </header>
      <p class="dim" role="status">{copied}</p>
      {model.data.tellsCloses && <Ratio row={row} />}
      <h3>Opened here</h3>
      <Stack model={model} stack={row.stack} suspect={suspectOf(row)} />
      {row.suspectIs === "none" && model.stack(row.stack).length > 0 && (
        <p class="dim">
          No frame of this stack is known to be the program's own: the innermost one stands for it.
        </p>
      )}
      <Closers model={model} row={row} />
      <Misuses model={model} row={row} />
      <Handles model={model} row={row} />
    </section>
  );
}

function Ratio({ row }: { row: Row }): JSX.Element {
  const { opened, closed, outstanding, delta, bad } = row;
  const share = opened === 0 ? 0 : 100 * closed / opened;
  return (
    <>
      <div class="ratio" aria-hidden="true">
        {closed > 0 && <span style={{ width: `${share}%` }} />}
      </div>
      <p class="dim">
        {thousands(closed)} of {thousands(opened)} closed ·{" "}
        <b>{thousands(outstanding)} still open</b>
        {delta !== undefined && ` · ${signed(delta).replace("-", "−")} since the snapshot`}
        {bad > 0 && ` · ${counted(bad, "bad reference")}`}
      </p>
    </>
  );
}

function Closers({ model, row }: { model: Model; row: Row }): JSX.Element {
  const listed = row.closers.reduce((sum, [, count]) => sum + count, 0);
  const unknown = row.closed - listed - row.otherCloses;
  return (
    <>
      <h3>Closed by</h3>
      {row.closed === 0 && (
        <p class="dim">
          {model.data.tellsCloses ? "Nobody, as far as these traces go." : NOT_KNOWN}
        </p>
      )}
      {row.closers.map(([stack, count]) => (
        <details key={stack}>
          <summary>{thousands(count)} × {closerName(model, stack)}</summary>
          <Stack model={model} stack={stack} />
        </details>
      ))}
      {row.otherCloses > 0 && <p class="dim">and {thousands(row.otherCloses)} by other stacks</p>}
      {unknown > 0 && (
        <p class="dim">
          {counted(unknown, "close")}{" "}
          by stacks that are not known: the traces of them are gone. A larger ring keeps them:{" "}
          <code>htrace enable &lt;process&gt; --slots 131072</code>.
        </p>
      )}
    </>
  );
}

/** The first own frame of a closing stack, otherwise its innermost frame. */
function closerName(model: Model, stack: number): string {
  const frames = model.stack(stack).map((id) => model.frames[id]!);
  const frame = frames.find(({ owner }) => owner === "own") ?? frames[0];
  return frame?.name ?? "(no stack)";
}

function Misuses({ model, row }: { model: Model; row: Row }): JSX.Element | null {
  const misuses = model.data.misuses.filter(({ group }) => group === row.id).slice(0, 10);
  if (misuses.length === 0) return null;
  return (
    <>
      <h3>Bad references to its handles</h3>
      {misuses.map((misuse, index) => <Misuse key={index} model={model} misuse={misuse} />)}
      {row.bad > misuses.length && <p class="dim">and {thousands(row.bad - misuses.length)} more
      </p>}
    </>
  );
}

function Handles({ model, row }: { model: Model; row: Row }): JSX.Element | null {
  if (row.outstanding === 0) return null;
  const more = row.outstanding - row.handles.length;
  const hasNames = row.handles.some(([, , name]) => name >= 0);
  const onlyType = row.types.length === 1;
  return (
    <>
      <h3>Open handles</h3>
      <ul class={hasNames ? "handles named" : "handles"}>
        {row.handles.map(([value, type, name]) => (
          <li key={value}>
            {model.text(value)}
            {!onlyType && type >= 0 && <span class="dim">{` ${model.text(type)}`}</span>}
            {name >= 0 && <span class="dim">{` ${model.text(name)}`}</span>}
          </li>
        ))}
      </ul>
      {more > 0 && <p class="dim">and {thousands(more)} more</p>}
    </>
  );
}
