/**
 * What the names of functions show about the position at which they were broken.
 *
 * @module
 */

/** Words in names that have a blank before or after them: `unsigned int`, `` `scalar deleting destructor' ``. */
const KEYWORDS_BEFORE =
  /(?:^|[^\w$])(?:unsigned|signed|long|short|const|volatile|struct|class|enum|union|operator|anonymous|vector|scalar|deleting|copy|default|constructor|virtual|local|static|thread|dynamic|initializer|destructor|eh|placement|managed|RTTI|lambda|at|Complete|Object|Base|Class|Type|as|dyn|mut|impl|for|where)$/;
const KEYWORDS_BEHIND =
  /^(?:const|volatile|int|char|long|double|short|new|delete|namespace|deleting|destructor|constructor|iterator|closure|call|guard|static|thread|initializer|as|mut|for|where|__\w+|Complete|Object|Locator|Hierarchy|Descriptor|Base|Class|Type|Array|at|ByRef)(?!\w)/;

/**
 * Whether no blank can have been between the two parts of a name: they meet inside a word, or at a character that has
 * no blanks around it in names. A mail program cannot have broken the name there, a console may have.
 */
export function meetWithoutBlank(before: string, behind: string): boolean {
  if (meetAtSign(before, behind)) return true;
  return /[\p{L}\p{N}]$/u.test(before) && /^[\p{L}\p{N}]/u.test(behind) &&
    !KEYWORDS_BEFORE.test(before) && !KEYWORDS_BEHIND.test(behind);
}

/** Whether two parts of a name meet at a sign that has no blank on that side. */
export function meetAtSign(before: string, behind: string): boolean {
  if (!/\S$/.test(before) || !/^\S/.test(behind)) return false;
  if (/(?:::|[!~_$.([`])$/.test(before) || /^(?:::|_(?!_)|\.(?!\.)|[,)\][<$])/.test(behind)) {
    return true;
  }
  if (/[\w*&)\]]$/.test(before) && behind.startsWith(">")) return true;
  if (before.endsWith(":") && behind.startsWith(":")) return true;
  return before.endsWith("<") && !/operator\s*<+$/.test(before);
}

/** The parts of operators' names that look like angle brackets. */
const OPERATORS = /operator\s*(?:<=>|<<=?|>>=?|->\*?|<=?|>=?)|=>|->/g;

/** Number of angle brackets open at the end of a name; negative if more are closed than were opened. */
export function openBrackets(name: string): number {
  const bare = name.replace(OPERATORS, "");
  return bare.split("<").length - bare.split(">").length;
}
