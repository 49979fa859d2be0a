/**
 * The tables that rows of the page refer to: texts, frames and stacks, each distinct one once.
 *
 * @module
 */
import type { Analysis, CodeOwner } from "../../../analysis.ts";
import { escapeText } from "../../../escape_text.ts";
import type { Frame, FrameModule } from "../../../frame.ts";
import { codeOwner } from "../../../own_code.ts";
import { fileName } from "../../../plain_text.ts";
import type { StackId } from "../../../trace_log.ts";
import { LAYOUTS } from "../../_debugger_text.ts";
import { type FlatFrame, flatFrames } from "../../_flat_frames.ts";
import { StringTable } from "../../_string_table.ts";
import { type FrameId, type FrameRow, OWNERS, type PageStack, type TextId } from "./page_data.ts";

/** Texts, frames and stacks in the order of their first use by rows. */
export class PageTables {
  readonly frames: FrameRow[] = [];
  readonly stacks: (readonly FrameId[])[] = [];
  readonly #texts = new StringTable();
  readonly #analysis: Analysis;
  readonly #suspectModules: ReadonlyMap<string, CodeOwner>;
  readonly #frameIds = new Map<string, FrameId>();
  /** Stacks share frames, and most frames of a large trace are in many stacks. */
  readonly #known = new Map<Frame, readonly FrameId[]>();
  readonly #stackIds = new Map<StackId, PageStack>();

  /** Tables for the rows of an analysis. */
  constructor(analysis: Analysis) {
    this.#analysis = analysis;
    this.#suspectModules = suspectModules(analysis);
  }

  /** All texts by their ids. */
  get texts(): readonly string[] {
    return this.#texts.texts;
  }

  /** The id of a text, escaped for people. */
  text(text: string | undefined): TextId {
    return text === undefined ? -1 : this.#texts.number(escapeText(text));
  }

  /** The id of a text of several lines, which keeps only its own line breaks. */
  lines(lines: readonly string[]): TextId {
    return this.#texts.number(lines.map(escapeText).join("\n"));
  }

  /** The index of a stack; -1 for one without frames, and for one that was not named. */
  stack(stack: StackId | undefined): PageStack {
    const frames = stack === undefined ? undefined : this.#analysis.stacks.get(stack)?.frames;
    if (stack === undefined || frames === undefined || frames.length === 0) return -1;
    let id = this.#stackIds.get(stack);
    if (id === undefined) {
      this.#stackIds.set(stack, id = this.stacks.length);
      this.stacks.push(frames.flatMap((frame) => this.#framesOf(frame)));
    }
    return id;
  }

  /** The id of a frame in a stack: of the frame itself, not of what is inlined in it. */
  frame(frame: Frame): FrameId {
    return this.#framesOf(frame).at(-1)!;
  }

  /** The ids of a frame and of the functions inlined in it, innermost first. */
  #framesOf(frame: Frame): readonly FrameId[] {
    let ids = this.#known.get(frame);
    if (ids === undefined) {
      const flat = flatFrames([frame]);
      const owner = OWNERS.indexOf(this.#ownerOf(frame.module));
      ids = flat.map((row, index) => this.#frameId(row, frame, owner, index < flat.length - 1));
      this.#known.set(frame, ids);
    }
    return ids;
  }

  #frameId(flat: FlatFrame, frame: Frame, owner: number, isInlined: boolean): FrameId {
    const { mode, pointerSize } = this.#analysis.target;
    const row: FrameRow = [
      this.text(frame.isUnaddressed && frame.module === undefined ? "?" : flat.name),
      owner,
      isInlined ? -1 : this.text(LAYOUTS[mode].frame(frame, pointerSize)),
      isInlined || frame.symbol === undefined ? -1 : frame.displacement ?? -1,
      flat.file === undefined
        ? -1
        : this.text(fileName(flat.file) + (flat.line ? `:${flat.line}` : "")),
    ];
    const key = row.join();
    let id = this.#frameIds.get(key);
    if (id === undefined) {
      this.#frameIds.set(key, id = this.frames.length);
      this.frames.push(row);
    }
    return id;
  }

  #ownerOf(module: FrameModule | undefined): (typeof OWNERS)[number] {
    if (module === undefined) return "unknown";
    return this.#suspectModules.get(module.name) ?? codeOwner(module);
  }
}

/** Whose the suspects' modules are: the user may have said it, which the built-in table does not know. */
function suspectModules({ stacks }: Analysis): ReadonlyMap<string, CodeOwner> {
  const owners = new Map<string, CodeOwner>();
  for (const { suspect } of stacks.values()) {
    if (suspect?.frame.module !== undefined) owners.set(suspect.frame.module.name, suspect.owner);
  }
  return owners;
}
