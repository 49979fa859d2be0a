/**
 * The page's data with its texts filled in, as the parts of the page read it.
 *
 * @module
 */
import type { FrameId, GroupRow, PageData, PageStack, RowId, TextId } from "./data/page_data.ts";
import { OWNERS } from "./data/page_data.ts";

/** A frame with its texts. */
export interface PageFrame {
  /** `module!symbol`, or what replaces it. */
  readonly name: string;
  /** The text id of the name: frames of one function have the same. */
  readonly nameId: TextId;
  /** Whose code it is. */
  readonly owner: (typeof OWNERS)[number];
  /** Whether it is the system's, which flame graphs fold. */
  readonly isSystem: boolean;
  /** Name and source location in lower case, for the filter. */
  readonly searched: string;
  /** Its line in the layout of `!htrace`; empty for an inlined function. */
  readonly line: string;
  /** Distance from the symbol, such as `+0x1f`; empty if there is none. */
  readonly displacement: string;
  /** File name and line; empty if unknown. */
  readonly place: string;
}

/** A row of the table: a group with its texts. */
export interface Row extends GroupRow {
  /** Its index among all groups. */
  readonly id: RowId;
  /** Its name in a link: its key, and a number if several rows have it; empty without a key. */
  readonly link: string;
  /** The name of the frame that stands for it. */
  readonly name: string;
  /** Its file name and line, and its caller if other rows have the same name; empty if nothing is known. */
  readonly sourcePlace: string;
  /** Types of its open handles, most frequent first. */
  readonly type: string;
}

/** Everything that the page shows, with its texts. */
export class Model {
  /** The data block. */
  readonly data: PageData;
  /** All frames. */
  readonly frames: readonly PageFrame[];
  /** All rows: most growth first, then most outstanding. */
  readonly rows: readonly Row[];
  /** Whether growth is known. */
  readonly hasGrowth: boolean;

  /** Fills in the texts. */
  constructor(data: PageData) {
    this.data = data;
    this.frames = data.frames.map(([name, owner, line, displacement, place]) => ({
      name: this.text(name),
      nameId: name,
      owner: OWNERS[owner] ?? "unknown",
      isSystem: OWNERS[owner] === "system",
      searched: `${this.text(name)}\n${this.text(place)}`.toLowerCase(),
      line: this.text(line),
      displacement: displacement < 0 ? "" : `+0x${displacement.toString(16)}`,
      place: this.text(place),
    }));
    const uses = new Map<TextId | undefined, number>();
    for (const { frame } of data.groups) {
      const name = this.frames[frame]?.nameId;
      uses.set(name, (uses.get(name) ?? 0) + 1);
    }
    const keys = new Map<string, number>();
    this.rows = data.groups.map((group, id) => {
      const frame = this.frames[group.frame];
      const nth = (keys.get(group.key) ?? 0) + 1;
      keys.set(group.key, nth);
      const caller = uses.get(frame?.nameId)! > 1 ? this.#callerOf(group) : undefined;
      return {
        ...group,
        id,
        link: group.key && nth > 1 ? `${group.key}.${nth}` : group.key,
        name: frame?.name ?? "(no stack)",
        sourcePlace: [frame?.place, caller && `← ${bareName(caller.name)}`].filter(Boolean)
          .join(" "),
        type: group.types.map(([type]) => this.text(type)).join(", "),
      };
    });
    this.hasGrowth = data.totals.delta !== undefined;
  }

  /** The frame that called the one that stands for the row, if it is in another function. */
  #callerOf({ stack, frame }: GroupRow): PageFrame | undefined {
    const frames = this.stack(stack);
    const asked = frames.indexOf(frame);
    return frames.slice(asked + 1).map((id) => this.frames[id]!)
      .find(({ nameId, line }) => nameId !== this.frames[frame]?.nameId && line !== "");
  }

  /** A text; empty for none. */
  text(id: TextId): string {
    return this.data.texts[id] ?? "";
  }

  /** The frame ids of a stack, innermost first. */
  stack(stack: PageStack): readonly FrameId[] {
    return this.data.stacks[stack] ?? [];
  }

  /** The row that a link names. */
  rowOf(link: string): Row | undefined {
    return this.rows.find((row) => row.link === link);
  }
}

/** A name without its module. */
export function bareName(name: string): string {
  return name.slice(name.indexOf("!") + 1);
}
