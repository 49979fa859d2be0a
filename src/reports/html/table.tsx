/**
 * The table of stacks. A long one draws only the visible rows.
 *
 * @module
 */
import type { JSX } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { thousands } from "../../plain_text.ts";
import { type Column, type ColumnName, columnsOf, type Sorting } from "./columns.ts";
import { useMedia } from "./hooks.ts";
import { IDS } from "./keyboard.ts";
import { bareName, type Model, type Row } from "./model.ts";
import { Growth, Judgement } from "./small_parts.tsx";

/** Heights of a row in pixels: if there is little room, the source is below the name. */
const ROW_HEIGHTS = { wide: 34, narrow: 46 } as const;
/** Number of rows above and below the visible ones that are drawn, too. */
const SPARE = 8;

/** What the table shows, and its callbacks. */
export interface TableProps {
  readonly model: Model;
  readonly rows: readonly Row[];
  readonly selected: Row | undefined;
  readonly sorting: Sorting;
  readonly onSelect: (row: Row) => void;
  readonly onSort: (column: ColumnName) => void;
}

/** The table. */
export function Table(props: TableProps): JSX.Element {
  const { model, rows, selected, onSelect } = props;
  const isNarrow = useMedia("(max-width: 1500px)");
  const rowHeight = isNarrow ? ROW_HEIGHTS.narrow : ROW_HEIGHTS.wide;
  const scroller = useRef<HTMLDivElement>(null);
  const [sight, setSight] = useState({ top: 0, height: 600 });
  const index = selected === undefined ? -1 : rows.indexOf(selected);
  const columns = columnsOf(model);
  const mostOpen = rows.reduce((most, { outstanding }) => Math.max(most, outstanding), 1);

  // After sorting or filtering, scroll to the top; after selecting, scroll the row into view.
  useLayoutEffect(() => {
    if (scroller.current !== null) scroller.current.scrollTop = 0;
  }, [rows]);
  useLayoutEffect(() => {
    const { current } = scroller;
    if (current === null || index < 0) return;
    const head = current.querySelector("thead")?.clientHeight ?? 0;
    const [top, bottom] = [index * rowHeight, (index + 1) * rowHeight + head];
    if (top < current.scrollTop) current.scrollTop = top;
    else if (bottom > current.scrollTop + current.clientHeight) {
      current.scrollTop = bottom - current.clientHeight;
    }
  }, [selected, rowHeight]);

  // Before the first scroll, and when the window changes, nothing else says how many rows are visible.
  useEffect(() => {
    const { current } = scroller;
    if (current === null) return;
    const observer = new ResizeObserver(() =>
      setSight({ top: current.scrollTop, height: current.clientHeight })
    );
    observer.observe(current);
    return () => observer.disconnect();
  }, []);

  const first = Math.max(Math.floor(sight.top / rowHeight) - SPARE, 0);
  const end = Math.min(Math.ceil((sight.top + sight.height) / rowHeight) + SPARE, rows.length);
  const onScroll = ({ currentTarget: { scrollTop, clientHeight } }: {
    readonly currentTarget: HTMLDivElement;
  }): void => setSight({ top: scrollTop, height: clientHeight });

  const onKeyDown = (event: KeyboardEvent): void => {
    const page = Math.max(Math.floor(sight.height / rowHeight) - 2, 1);
    const steps: Readonly<Record<string, number>> = {
      ArrowDown: index + 1,
      j: index + 1,
      ArrowUp: index - 1,
      k: index - 1,
      PageDown: index + page,
      PageUp: index - page,
      Home: 0,
      End: rows.length - 1,
    };
    const next = steps[event.key];
    if (next === undefined) return;
    event.preventDefault();
    const row = rows[Math.min(Math.max(next, 0), rows.length - 1)];
    if (row !== undefined) onSelect(row);
  };

  return (
    <div class="panel scroller" ref={scroller} onScroll={onScroll}>
      <table
        id={IDS.table}
        role="grid"
        aria-label="Stacks that opened handles"
        aria-rowcount={rows.length + 1}
        aria-activedescendant={index < 0 ? undefined : rowId(rows[index]!)}
        tabIndex={0}
        onKeyDown={onKeyDown}
      >
        <thead>
          <tr>
            {columns.map((column) => <Head key={column.name} column={column} {...props} />)}
          </tr>
        </thead>
        <tbody>
          <Gap rows={first} rowHeight={rowHeight} />
          {rows.slice(first, end).map((row, place) => (
            <tr
              key={row.id}
              id={rowId(row)}
              class={row === selected ? "selected" : ""}
              aria-selected={row === selected}
              aria-rowindex={first + place + 2}
              style={{ height: `${rowHeight}px` }}
              onClick={() => onSelect(row)}
            >
              {columns.map(({ name }) => (
                <td key={name} class={name}>{cellOf(row, name, mostOpen)}</td>
              ))}
            </tr>
          ))}
          <Gap rows={rows.length - end} rowHeight={rowHeight} />
        </tbody>
      </table>
    </div>
  );
}

function rowId({ id }: Row): string {
  return `row-${id}`;
}

function Head(
  { column, sorting, onSort }: TableProps & { readonly column: Column },
): JSX.Element {
  const isSorted = sorting.column === column.name;
  const isText = column.name === "name" || column.name === "type";
  const isAscending = isText !== sorting.isReversed;
  return (
    <th
      scope="col"
      class={column.name}
      aria-sort={isSorted ? isAscending ? "ascending" : "descending" : "none"}
    >
      <button type="button" title={column.hint} onClick={() => onSort(column.name)}>
        <span class="word">{column.title}</span>
        <span aria-hidden="true" class="arrow">{isSorted ? isAscending ? "▲" : "▼" : ""}</span>
      </button>
    </th>
  );
}

/** The space of rows that are not drawn. */
function Gap({ rows, rowHeight }: { rows: number; rowHeight: number }): JSX.Element | null {
  if (rows <= 0) return null;
  return <tr aria-hidden="true" style={{ height: `${rows * rowHeight}px` }} />;
}

function cellOf(row: Row, column: ColumnName, mostOpen: number): JSX.Element | string {
  switch (column) {
    case "name":
      return (
        <span class="who" title={`${row.name} ${row.sourcePlace}`}>
          <span class="function">
            <span class="module">{row.name.slice(0, -bareName(row.name).length)}</span>
            {bareName(row.name)}
          </span>
          <span class="place">
            {row.sourcePlace}
            {row.suspectIs === "framework" ? " [framework]" : ""}
            {row.suspectIs === "none" && row.frame >= 0 ? " [no own frame]" : ""}
          </span>
        </span>
      );
    case "judgement":
      return <Judgement row={row} />;
    case "type":
      return <span title={row.type}>{row.type}</span>;
    case "open":
      return (
        <>
          <b>{thousands(row.outstanding)}</b>
          {row.outstanding > 0 && (
            <span class="meter" style={{ width: `${100 * row.outstanding / mostOpen}%` }} />
          )}
        </>
      );
    case "grown":
      return <Growth delta={row.delta} />;
    case "opened":
      return thousands(row.opened);
    case "closed":
      return thousands(row.closed);
    case "bad":
      return <span class={row.bad > 0 ? "bad" : "dim"}>{thousands(row.bad)}</span>;
  }
}
