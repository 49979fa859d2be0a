/**
 * Debugger commands that make no sense here, with what to use instead.
 *
 * @module
 */

/** What a command would need, and what to write instead of it. */
interface Elsewhere {
  /** The whole first word of a line, in lower case. */
  readonly words: RegExp;
  /** Why it cannot run. */
  readonly found: string;
  /** What to do. */
  readonly advice: string;
}

/** The first matching row counts. */
const ELSEWHERE: readonly Elsewhere[] = [
  {
    words: /^k[bcdfnpv]*$/,
    found: "the current thread's stack is not read",
    advice: '"!htrace" shows the stack of every traced operation',
  },
  {
    words: /^b[apum][0-9]*$/,
    found: "htrace sets no breakpoints",
    advice: '"!htrace -snapshot" before and "!htrace -diff" after an action show what it opened',
  },
  {
    words: /^b[lcde][0-9,*-]*$/,
    found: "htrace sets no breakpoints",
    advice: '"g" runs to the breakpoint that a target brings along',
  },
  {
    words: /^(?:p|t|pa|pc|pt|ta|tc|tt|gu|gh|gn|wt)$/,
    found: "htrace does not step",
    advice: '"g" runs a target that can run',
  },
  {
    words: /^(?:u[bf]?|a)$/,
    found: "code is not disassembled",
    advice: '"ln <address>" names an address',
  },
  {
    words: /^(?:r[fmx]?|rdmsr|wrmsr)$/,
    found: "registers are not read",
    advice: '"!htrace" shows where handles were opened and closed',
  },
  {
    words: /^(?:d[abcdfpqsuwvy]?|dds|dps|dqs|e[abdfpquwza]*|s|[mf]p?|!d[bcduqw]|!e[bdq])$/,
    found: "memory is not shown or changed",
    advice: '"!htrace" and "!handle" read what concerns handles',
  },
  {
    words:
      /^(?:dt|dv|dx|!(?:objects?|obtrace|findhandle|fileobj|drvobj|devobj|irp|irpfind|token|job))$/,
    found: "types and variables are not read",
    advice: '"!handle <handle> f" shows what is known of an object',
  },
  {
    words:
      /^(?:~.*|\.thread|!threads?|!running|!ready|!runaway|\.ttime|!stacks|!findstack|!uniqstack|\.frame|\.f[+-])$/,
    found: "threads are not listed",
    advice: '"!htrace" says which thread did each operation',
  },
  {
    words: /^\|.*$|^\.(?:attach|detach|create|tlist|kill|restart|opendump|breakin|crash|reboot)$/,
    found: "a prompt has one target from beginning to end",
    advice: 'open another one with "htrace debug <target>"; "htrace processes" lists processes',
  },
  {
    words: /^(?:!analyze|!avrf|!verifier|\.lastevent|\.bugcheck|!error|!gle)$/,
    found: "crashes are not examined",
    advice: '"!htrace -diff -group" and "htrace report" examine handles',
  },
  {
    words: /^(?:!locks|!cs|!deadlock)$/,
    found: "critical sections are not read",
    advice: '"!handle 0 f Mutant" shows mutexes',
  },
  {
    words: /^(?:!teb|!peb|!dlls|!dh|!lmi)$/,
    found: "those structures are not shown",
    advice: '"lmv m <module>" shows what is known of a module',
  },
  {
    words: /^(?:\.ecxr|\.exr|\.cxr|\.trap|\.tss)$/,
    found: "exceptions and contexts are not read",
    advice: '"!htrace" also reports a stop at the misuse of a handle',
  },
  {
    words: /^!gflag$/,
    found: "global flags are not changed",
    advice: '"!htrace -enable" switches handle tracing on',
  },
  {
    words: /^(?:!address|!vprot|!vadump|!vm|!heap|!pool|!poolused|!pte)$/,
    found: "memory is not examined",
    advice: '"!handle 0 0" counts handles by type',
  },
  {
    words: /^(?:\.load|\.loadby|\.unload|\.chain|\.extpath|\.scriptload|\.scriptrun)$/,
    found: "htrace loads no extensions",
    advice: '"?" lists its commands',
  },
  {
    words: /^(?:\.formats|\?\?)$/,
    found: "expressions are not evaluated",
    advice: '"? <number>" shows a number in decimal and in hexadecimal',
  },
  {
    words: /^(?:version|vertarget|\.effmach|\.time|!cpuid|!sysinfo|!uptime)$/,
    found: "the system is not described",
    advice: '"lmv" shows what is loaded, with its times',
  },
  {
    words: /^(?:\.help|\.hh|help|!help)$/,
    found: "there is no other help than the list of commands",
    advice: '"?" shows it',
  },
  {
    words: /^(?:sx[deinr]?|\.eventlog)$/,
    found: "events are not chosen",
    advice: '"g" runs to the next stop',
  },
  {
    words:
      /^(?:\.(?:foreach|if|else|elsif|for|while|do|block|catch|printf)|j|z|a[dls]|!for_each_\w+|!list)$/,
    found: "htrace runs no scripts",
    advice: 'write commands one after the other, as in "!htrace -snapshot; g"',
  },
  {
    words: /^(?:\.srcpath\+?|\.lines|l[s+-]\S*|\.open|lsp?)$/,
    found: "sources are not shown",
    advice: '"!htrace" has file and line where symbols have them',
  },
  {
    words: /^(?:\.exepath\+?|!sym|\.symopt\+?|\.cache|ld)$/,
    found: "symbols are searched for on one path",
    advice: 'use ".sympath" and ".reload /f"',
  },
];

/** Why a debugger command cannot run here and what to use instead; undefined for a word that is not one. */
export function elsewhere(word: string): Omit<Elsewhere, "words"> | undefined {
  return ELSEWHERE.find(({ words }) => words.test(word.toLowerCase()));
}
