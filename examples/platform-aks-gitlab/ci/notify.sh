#!/usr/bin/env bash
# Tell the team's chat: notify.sh OUTCOME TEXT, where OUTCOME is succeeded, failed or rolled-back.
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source ci/prelude.sh
outcome="${1:-${OUTCOME:-}}"
text="${2:-${TEXT:-}}"
why="${WHY:-}"
why="${why:0:400}"
if [ -z "$outcome" ] || [ -z "$text" ]; then
  die "usage: make notify OUTCOME=succeeded|failed|rolled-back TEXT='what happened'"
fi
# WHY, the error in one line, and COMMIT_URL and PAGE_URL, where to read on, may be set as well.
need CHAT_WEBHOOK_URL
tool curl jq

case "$outcome" in
  succeeded) sign=":white_check_mark:" ;;
  failed) sign=":x:" ;;
  rolled-back) sign=":rewind:" ;;
  *) die "OUTCOME is '$outcome': it is one of succeeded, failed, rolled-back" ;;
esac

# jq does the quoting. Slack reads &, < and > as markup, so that text from a commit or a log must not contain them bare.
payload="$(jq -n --arg sign "$sign" --arg service "$SERVICE" --arg text "${text:0:2000}" --arg url "${RUN_URL:-}" \
  --arg why "$why" --arg commit "${COMMIT_URL:-}" --arg page "${PAGE_URL:-}" '
  def escape: gsub("&"; "&amp;") | gsub("<"; "&lt;") | gsub(">"; "&gt;");
  def link($words): if . == "" then "" else " <\(.)|\($words)>" end;
  {text: ("\($sign) *\($service)*: \($text | escape)"
    + (if $why == "" then "" else "\n> \($why | gsub("\\p{Cntrl}+"; " ") | escape)\n" end)
    + ($page | link("What to do")) + ($commit | link("Commit")) + ($url | link("Log")))}')"

if dry; then
  say "+ post to the chat: $payload"
  exit
fi
# The address is a secret, so it goes through a file that only curl sees, and not onto the command line.
curl --fail --silent --show-error --max-time 10 --retry 3 --output /dev/null \
  --header "Content-Type: application/json" --data "$payload" --config <(printf 'url = "%s"\n' "$CHAT_WEBHOOK_URL") ||
  die "the chat did not take the message"
