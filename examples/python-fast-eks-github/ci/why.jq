# Why a deployment failed, in one line that a chat may show: the last line that speaks of an error, without what may be secret.

# A line of `kubectl logs --prefix`, or of what deploys, as {level, text}: what the service logs is JSON.
def read: sub("^\\[pod/[^\\]]*\\] "; "") | gsub("[│╷╵]"; "") | . as $line
  | ([fromjson? | objects][0] // null) as $entry
  | if $entry == null then {level: "", text: $line}
    else {level: ($entry.level // $entry.severity // "" | tostring),
      text: ([$entry.message // $entry.msg, $entry.cause // $entry.error] | map(values | tostring | split("\n")[0])
        | map(select(. != "")) | join(": "))}
    end;

def speaks_of_an_error: if .level == "" then
    .text | test("error|exception|fatal|panic|fail|cannot|could not|unable|refused|denied|timed out|not set|not found|killed|, expected "; "i")
  else .level | test("^(error|fatal|critical|severe|panic|emergency|alert)$"; "i") end;

# A password in an address, what follows a word such as token, headers of a login, and what looks like a key or a token. Digests
# and commits are hexadecimal, and stay.
def without_secrets: gsub("://[^/@\\s]+@"; "://***@")
  | gsub("(?<word>\\b(bearer|basic)\\s+)[A-Za-z0-9._~+/=-]{8,}"; "\(.word)***"; "i")
  | gsub("(?<word>[a-z0-9_.-]*(password|passwd|passphrase|pwd|secret|token|key|authorization|credential|signature|sig)s?([_-][a-z0-9_-]+|[0-9]+)?[\"']?\\s*[=:]\\s*)(\"[^\"]*\"|'[^']*'|(bearer |basic )?[^\\s,;&)}\"']+)"; "\(.word)***"; "i")
  | gsub("\\beyJ[A-Za-z0-9_.-]{10,}"; "***")
  | gsub("\\b(AKIA|ASIA)[A-Z0-9]{12,}|\\b(gh[pousr]_|github_pat_|glpat-|xox[a-z]-)[A-Za-z0-9_-]+"; "***")
  | gsub("https://hooks\\.[^\\s]+|https://[^\\s]*webhook[^\\s]*"; "***"; "i")
  | gsub("\\b(?=[A-Za-z0-9+/_-]*[A-Z])(?=[A-Za-z0-9+/_-]*[0-9])[A-Za-z0-9+/_-]{40,}=*"; "***");

def one_line: gsub("[[:cntrl:]\\s]+"; " ") | ltrimstr(" ") | rtrimstr(" ")
  | if length > 300 then .[:299] + "…" else . end;

# Read raw lines, print the last one that speaks of an error. One that begins with + is a command that a script ran.
def last_error: [inputs | select(startswith("+ ") | not) | read | select(.text != "" and speaks_of_an_error) | .text] | last // empty
  | without_secrets | one_line;

# The pods that are not ready and stay: the report of Kubernetes on them, or their names.
def not_ready: .items[] | select(.metadata.deletionTimestamp == null)
  | select(any(.status.conditions[]?; .type == "Ready" and .status == "True") | not);
def kubernetes_says: [not_ready | .status
    | ((.initContainerStatuses // []) + (.containerStatuses // []) | .[] | (.state.waiting, .state.terminated, .lastState.terminated)
        | select(.reason? // "" | test("^(|Completed|CrashLoopBackOff|ContainerCreating|PodInitializing|Error)$") | not)),
      (.conditions[]? | select(.type == "PodScheduled" and .status == "False"))
    | [.reason, .message] | map(values) | join(": ")] | last // empty
  | without_secrets | one_line;
