/**
 * What each shell evaluates to complete our words. The words themselves come from the program at every Tab, so that a
 * script stays right when the program or the configuration changes.
 *
 * @module
 */

/** The shells there is a script for. */
export const COMPLETION_SHELLS = ["bash", "zsh", "fish", "powershell"] as const;
export type CompletionShell = typeof COMPLETION_SHELLS[number];

/** The script of a shell. */
export function completionScript(shell: CompletionShell): string {
  return SCRIPTS[shell];
}

/** `=` is a word of its own in bash; a name with a colon is offered without what stands before it already. */
const BASH = `# atmos auth: source <(atmos auth completion bash)
_atmos_auth() {
  local line value
  local -a words=("\${COMP_WORDS[@]:0:COMP_CWORD+1}")
  COMPREPLY=()
  while IFS= read -r line; do
    value="\${line%%$'\\t'*}"
    COMPREPLY+=("$(printf '%q' "$value")")
  done < <("\${COMP_WORDS[0]}" auth completion words -- "\${words[@]}" 2>/dev/null)
}
complete -o default -F _atmos_auth atmos atmos-auth
`;

const ZSH = `#compdef atmos atmos-auth
# atmos auth: source <(atmos auth completion zsh)
_atmos_auth() {
  local line value
  local -a lines values
  lines=("\${(@f)$("\${words[1]}" auth completion words -- "\${(@)words[1,CURRENT]}" 2>/dev/null)}")
  for line in $lines; do
    value="\${line%%$'\\t'*}"
    values+=("\${value//:/\\\\:}:\${line#*$'\\t'}")
  done
  if (( $#values )); then
    _describe 'atmos auth' values
  else
    _files
  fi
}
if ! (( $+functions[compdef] )); then
  autoload -Uz compinit && compinit
fi
compdef _atmos_auth atmos atmos-auth
`;

const FISH = `# atmos auth: atmos auth completion fish | source
function __atmos_auth_words
    set -l words (commandline -opc)
    set -l current (commandline -ct)
    set -l found (command $words[1] auth completion words -- $words "$current" 2>/dev/null)
    if test (count $found) -gt 0
        printf '%s\\n' $found
    else
        __fish_complete_path "$current"
    end
end
complete -c atmos -f -a '(__atmos_auth_words)'
complete -c atmos-auth -f -a '(__atmos_auth_words)'
`;

/** An empty last word does not reach a program from every PowerShell, so it is told of it. */
const POWERSHELL = `# atmos auth: atmos auth completion powershell | Out-String | Invoke-Expression
Register-ArgumentCompleter -Native -CommandName atmos, atmos-auth -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)
    $words = @($commandAst.CommandElements | ForEach-Object { $_.Extent.Text })
    $fresh = if ($wordToComplete -eq '') { @('--fresh') } else { @() }
    & $words[0] auth completion words @fresh '--' @words 2>$null | ForEach-Object {
        $value, $description = $_ -split "\`t", 2
        if (-not $description) { $description = $value }
        $text = if ($value -match '[^\\w./=:@+-]') { "'" + ($value -replace "'", "''") + "'" } else { $value }
        [System.Management.Automation.CompletionResult]::new($text, $value, 'ParameterValue', $description)
    }
}
`;

const SCRIPTS: Readonly<Record<CompletionShell, string>> = {
  bash: BASH,
  zsh: ZSH,
  fish: FISH,
  powershell: POWERSHELL,
};
