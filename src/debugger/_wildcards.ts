/**
 * Patterns for modules and symbols.
 *
 * @module
 */

/**
 * Whether a name matches a pattern, ignoring case: `*` matches any number of characters, `?` one. It takes at most the
 * product of both lengths in steps, which a regular expression does not guarantee.
 */
export function matchesWildcards(name: string, pattern: string): boolean {
  const [text, wanted] = [name.toLowerCase(), pattern.toLowerCase()];
  let [at, next] = [0, 0];
  let star = -1; // the last * passed
  let resume = 0; // how much of the text it has taken so far
  while (at < text.length) {
    if (wanted[next] === "*") {
      star = next++;
      resume = at;
    } else if (wanted[next] === "?" || wanted[next] === text[at]) {
      at++;
      next++;
    } else if (star >= 0) {
      next = star + 1;
      at = ++resume;
    } else {
      return false;
    }
  }
  while (wanted[next] === "*") next++;
  return next === wanted.length;
}

/** The kernel's images, all of which debuggers call `nt`. */
const KERNELS = /^(?:ntoskrnl|ntkrnl(?:mp|pa)|ntkrpamp|ntkrla57)$/i;

/** Whether a module has a name that matches; the kernel also has its debugger name. */
export function isModuleNamed({ name }: { readonly name: string }, pattern: string): boolean {
  return matchesWildcards(name, pattern) ||
    (KERNELS.test(name) && matchesWildcards("nt", pattern));
}
