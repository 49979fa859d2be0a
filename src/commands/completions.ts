/**
 * `htrace completions <shell>`: a script that lets a shell complete verbs, flags and targets.
 *
 * The scripts ask the program itself ("propose"), so that they always match what it accepts.
 *
 * @module
 */
import { buildCommand, type Command } from "@stricli/core";
import type { CliContext } from "./_context.ts";
import { UsageError } from "../error.ts";
import { SCENARIOS } from "../machine/scenarios.ts";
import { isEmulated } from "./_arguments.ts";

/** For both PowerShell 7 (`pwsh`) and Windows PowerShell. */
const POWERSHELL = `Register-ArgumentCompleter -Native -CommandName htrace -ScriptBlock {
  param($word, $ast, $position)
  $words = @($ast.CommandElements | Select-Object -Skip 1 |
    Where-Object { $_.Extent.EndOffset -lt $position -or $_.Extent.Text -eq $word } |
    ForEach-Object { $_.Extent.Text })
  if ($word -eq '') { $words += '""' }
  htrace completions propose -- @words 2>$null | ForEach-Object {
    [System.Management.Automation.CompletionResult]::new($_, $_, 'ParameterValue', $_)
  }
}
`;

/** Each shell's script; if nothing is proposed, the shell offers files. */
const SCRIPTS: Readonly<Record<string, string>> = {
  bash: `_htrace() {
  local IFS=$'\\n'
  # A colon divides words for bash: "emulated:kernel" would be three of them.
  local words word=\${COMP_WORDS[COMP_CWORD]}
  read -ra words -d '' < <(printf '%s\\n' "\${COMP_LINE:0:COMP_POINT}" | tr -s ' ' '\\n')
  [[ \${COMP_LINE:COMP_POINT-1:1} == ' ' ]] && words+=('')
  local full=\${words[-1]}
  COMPREPLY=($(htrace completions propose -- "\${words[@]:1}" 2>/dev/null))
  COMPREPLY=("\${COMPREPLY[@]#"\${full%"$word"}"}")
  [[ \${COMPREPLY[*]} == "" ]] && COMPREPLY=()
}
complete -o default -F _htrace htrace
`,
  zsh: `#compdef htrace
_htrace() {
  local -a proposals
  proposals=("\${(@f)$(htrace completions propose -- "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
  if [[ -n \${proposals[1]} ]]; then compadd -a proposals; else _files; fi
}
if [[ \${funcstack[1]} == _htrace ]]; then _htrace; else compdef _htrace htrace; fi
`,
  fish: `function __htrace_proposes
  set -l words (commandline -opc)
  set -g __htrace_proposals (htrace completions propose -- $words[2..] (commandline -ct) 2>/dev/null)
  test -n "$__htrace_proposals"
end
complete -c htrace -f -n __htrace_proposes -a '$__htrace_proposals'
`,
  powershell: POWERSHELL,
  pwsh: POWERSHELL,
};

/** The word that the scripts use in place of a shell. */
const PROPOSE = "propose";

/** The verb. */
export const completions: Command<CliContext> = buildCommand<
  Record<never, never>,
  [string],
  CliContext
>({
  docs: {
    brief: "Print a script that lets a shell complete htrace's words",
    fullDescription: `Prints a script for bash, zsh, fish, pwsh or powershell.

Examples:
  htrace completions bash >> ~/.bashrc
  htrace completions zsh > ~/.zfunc/_htrace
  htrace completions fish > ~/.config/fish/completions/htrace.fish
  htrace completions pwsh >> $PROFILE`,
  },
  parameters: {
    positional: {
      kind: "tuple",
      parameters: [{
        parse: parseShell,
        placeholder: "shell",
        brief: Object.keys(SCRIPTS).join(", "),
        proposeCompletions: (partial) =>
          Object.keys(SCRIPTS).filter((shell) => shell.startsWith(partial)),
      }],
    },
  },
  func: runCompletions,
});

async function runCompletions(
  this: CliContext,
  _flags: Record<never, never>,
  shell: string,
): Promise<void> {
  const { stdout } = this.process;
  if (shell === PROPOSE) {
    // PowerShell drops an empty argument, so its script quotes it.
    const words = this.targetArguments.map((word) => word === '""' ? "" : word);
    const proposals = words.includes("--") ? proposeScenarios(words) : await this.propose(words);
    for (const proposal of proposals) stdout.write(`${proposal}\n`);
    return;
  }
  stdout.write(SCRIPTS[shell] ?? "");
}

/** What may follow `--`: on the emulated machine a scenario; elsewhere a program of the user, which is a file. */
function proposeScenarios(words: readonly string[]): string[] {
  const end = words.indexOf("--");
  const [partial = "", ...more] = words.slice(end + 1);
  if (more.length > 0 || !words.slice(0, end).some(isEmulated)) return [];
  return SCENARIOS.map(({ name }) => name).filter((name) => name.startsWith(partial));
}

function parseShell(text: string): string {
  if (text === PROPOSE || text in SCRIPTS) return text;
  throw new UsageError(
    `there is no script for "${text}": give ${Object.keys(SCRIPTS).join(", ")}`,
  );
}
