/**
 * The page as a whole: what is filtered, sorted and selected, and the layout of its parts.
 *
 * @module
 */
import type { JSX } from "preact";
import { useLayoutEffect, useMemo, useState } from "preact/hooks";
import { thousands } from "../../plain_text.ts";
import { type ColumnName, type Sorting, sortRows } from "./columns.ts";
import { copyText, rowText } from "./copy.ts";
import { Detail } from "./detail.tsx";
import { type Filter, filterRows } from "./filter.ts";
import { FlameGraph, shownText } from "./flame_graph.tsx";
import { usePrinting, useTheme } from "./hooks.ts";
import { IDS, KEYS, useKeys } from "./keyboard.ts";
import { isLinkGood, linkedRow, setLink } from "./link.ts";
import { MisusePanel } from "./misuses.tsx";
import type { Model, Row } from "./model.ts";
import { PRINTED, PrintedStacks } from "./print.tsx";
import { Table } from "./table.tsx";
import { Timeline } from "./timeline.tsx";
import { Cards, Notes, Verdict } from "./verdict.tsx";

/** The page. */
export function App({ model }: { model: Model }): JSX.Element {
  const isPrinting = usePrinting();
  const [theme, switchTheme] = useTheme(isPrinting);
  const [filter, setFilter] = useState<Filter>({ text: "", onlyOpen: false });
  const [sorting, setSorting] = useState<Sorting>({
    column: model.hasGrowth ? "grown" : "open",
    isReversed: false,
  });
  const [chosen, setChosen] = useState<Row | undefined>(
    () => linkedRow(model) ?? model.rows[Math.max(model.data.verdict.group, 0)],
  );
  const [hasLink, setHasLink] = useState(() => isLinkGood(model));
  const [copied, setCopied] = useState("");
  const filtered = useMemo(() => filterRows(model, filter), [model, filter]);
  const sorted = useMemo(() => sortRows(filtered, sorting), [filtered, sorting]);
  // The panel shows a stack that is in the table.
  const selected = chosen !== undefined && filtered.includes(chosen) ? chosen : sorted[0];

  const select = (row: Row): void => {
    setChosen(row);
    setCopied("");
    setLink(row);
    setHasLink(true);
  };
  const copy = async (): Promise<void> => {
    if (selected === undefined) return;
    const isDone = await copyText(rowText(model, selected));
    setCopied(isDone ? "Copied." : "The browser does not let this page copy: select the text.");
  };
  const sort = (column: ColumnName): void =>
    setSorting({ column, isReversed: sorting.column === column && !sorting.isReversed });

  // At once, not after the next frame: until then a link would be checked against the previous filter.
  useLayoutEffect(() => {
    const follow = (): void => {
      const row = linkedRow(model);
      setHasLink(isLinkGood(model));
      if (row === undefined) return;
      setChosen(row);
      if (!filtered.includes(row)) setFilter({ text: "", onlyOpen: false });
    };
    addEventListener("hashchange", follow);
    return () => removeEventListener("hashchange", follow);
  }, [model, filtered]);
  useKeys({ c: () => void copy() });

  const misuses = <MisusePanel model={model} />;
  // Zeros would say that nothing is open, although nothing is known.
  const hasNothing = ["no traces", "filtered"].includes(model.data.verdict.kind);
  const comesFirst = model.data.verdict.kind === "misuses";
  return (
    <>
      <Header model={model} onSwitch={switchTheme} theme={theme} />
      <main>
        <Verdict model={model} />
        <Notes model={model} hasLink={hasLink} />
        {!hasNothing && <Cards model={model} />}
        {comesFirst && misuses}
        {!hasNothing && <Timeline model={model} row={selected} isPrinting={isPrinting} />}
        {model.rows.length === 0
          ? <p class="panel empty">{model.text(model.data.noStacks ?? -1)}</p>
          : (
            <>
              <FilterBar
                model={model}
                filter={filter}
                shown={filtered.length}
                onFilter={setFilter}
              />
              <div class="split">
                <div class="left">
                  {filtered.length === 0
                    ? (
                      <p class="panel empty">
                        No stack passes the filter: clear it with Esc, or look for less.
                      </p>
                    )
                    : (
                      <Table
                        rows={isPrinting ? sorted.slice(0, PRINTED) : sorted}
                        selected={selected}
                        sorting={sorting}
                        model={model}
                        onSelect={select}
                        onSort={sort}
                      />
                    )}
                  <FlameGraph
                    model={model}
                    rows={filtered}
                    filterText={filter.text}
                    selected={selected}
                    theme={theme}
                    isPrinting={isPrinting}
                    onSelect={select}
                  />
                  {!comesFirst && misuses}
                </div>
                <Detail model={model} row={selected} copied={copied} onCopy={() => void copy()} />
              </div>
            </>
          )}
        <PrintedStacks model={model} />
        <HandleTypes model={model} />
      </main>
      <Foot model={model} />
    </>
  );
}

function Header(
  { model, theme, onSwitch }: { model: Model; theme: string; onSwitch: () => void },
): JSX.Element {
  const { target, facts } = model.data;
  return (
    <header class="top">
      <div>
        <h1>
          <span class="logo">htrace</span> {model.text(target)}
        </h1>
        <p class="dim">{facts.map((fact) => model.text(fact)).join(" · ")}</p>
      </div>
      <button type="button" class="button" onClick={onSwitch}>
        {theme === "dark" ? "Light" : "Dark"} theme
      </button>
    </header>
  );
}

function FilterBar({ model, filter, shown, onFilter }: {
  readonly model: Model;
  readonly filter: Filter;
  readonly shown: number;
  readonly onFilter: (filter: Filter) => void;
}): JSX.Element {
  return (
    <search class="tools">
      <input
        id={IDS.filter}
        type="search"
        aria-label="Filter stacks"
        placeholder="Filter by function, module, file, type…"
        value={filter.text}
        onInput={({ currentTarget: { value } }) => onFilter({ ...filter, text: value })}
        onKeyDown={({ key }) => {
          if (key === "Escape") onFilter({ ...filter, text: "" });
        }}
      />
      <kbd aria-hidden="true">/</kbd>
      <label>
        <input
          type="checkbox"
          checked={filter.onlyOpen}
          onChange={({ currentTarget: { checked } }) => onFilter({ ...filter, onlyOpen: checked })}
        />
        only with open handles
      </label>
      <span class="dim" role="status">{shownText(shown, model.rows.length)}</span>
    </search>
  );
}

function HandleTypes({ model }: { model: Model }): JSX.Element | null {
  const { handleTypes = [] } = model.data;
  if (handleTypes.length === 0) return null;
  const total = handleTypes.reduce((sum, [, count]) => sum + count, 0);
  return (
    <section class="panel types" aria-labelledby="types">
      <h2 id="types">All {thousands(total)} open handles of the process, by type</h2>
      <ul>
        {handleTypes.map(([type, count]) => (
          <li key={type}>
            <b>{thousands(count)}</b> {model.text(type)}
          </li>
        ))}
      </ul>
    </section>
  );
}

function Foot({ model }: { model: Model }): JSX.Element {
  return (
    <footer class="dim">
      Keys: {KEYS.map(([key, what]) => (
        <span key={key} class="key">
          <kbd>{key}</kbd> {what}
        </span>
      ))}
      <span>Made by htrace {model.data.htrace}; this file loads nothing from the network.</span>
    </footer>
  );
}
