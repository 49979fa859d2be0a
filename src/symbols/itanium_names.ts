/**
 * C++ names by mingw and clang, which the engine leaves decorated.
 *
 * @module
 */
import { type ItaniumUndecorator, loadItaniumUndecorator } from "../engine/itanium.ts";
import type { Frame } from "../frame.ts";

/** How names of the Itanium ABI begin. */
const PREFIX = "_Z";

/**
 * Makes the names of the Itanium ABI in frames readable: `_ZN2ns1fEi` becomes `ns::f`, or `ns::f(int)` with types.
 * Frames without such names are returned as they are, and nothing is loaded for them. A name that cannot be read loses
 * its first underscore, as in every debugger.
 */
export async function withReadableNames(
  frames: readonly Frame[],
  options: { readonly fullNames?: boolean } = {},
): Promise<readonly Frame[]> {
  if (!frames.some(hasDecoratedName)) return frames;
  const undecorate = await loadItaniumUndecorator();
  const readable = readableNames(undecorate, options.fullNames ?? false);
  return frames.map((frame) => hasDecoratedName(frame) ? withNames(frame, readable) : frame);
}

function hasDecoratedName({ symbol, inlined, alsoNamed }: Frame): boolean {
  return isDecorated(symbol) || inlined?.some((frame) => isDecorated(frame.symbol)) === true ||
    alsoNamed?.some(isDecorated) === true;
}

function isDecorated(name: string | undefined): boolean {
  return name?.startsWith(PREFIX) === true;
}

/** Undecorates each name once. */
function readableNames(
  undecorate: ItaniumUndecorator,
  withTypes: boolean,
): (name: string) => string {
  const known = new Map<string, string>();
  return (name) => {
    if (!isDecorated(name)) return name;
    const readable = known.get(name) ?? undecorate(name, withTypes) ?? name.slice(1);
    known.set(name, readable);
    return readable;
  };
}

function withNames(frame: Frame, readable: (name: string) => string): Frame {
  const { symbol, inlined, alsoNamed, ...rest } = frame;
  const name = symbol && readable(symbol);
  // A function has one name from the compiler and one from the linker, which are the same once they are readable.
  const others = new Set(alsoNamed?.map(readable)).difference(new Set([name]));
  return {
    ...rest,
    ...(name !== undefined && { symbol: name }),
    ...(inlined && {
      inlined: inlined.map((inline) => ({ ...inline, symbol: readable(inline.symbol) })),
    }),
    ...(others.size > 0 && { alsoNamed: [...others] }),
  };
}
