#!/usr/bin/env bash
# Tell the team's chat: notify.sh OUTCOME TEXT, where OUTCOME is succeeded, failed, rolled-back or drift.
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source ci/prelude.sh
outcome="${1:-${OUTCOME:-}}"
text="${2:-${TEXT:-}}"
why="${WHY:-}"
why="${why:0:400}"
if [ -z "$outcome" ] || [ -z "$text" ]; then
  die "usage: make notify OUTCOME=succeeded|failed|rolled-back|drift TEXT='what happened'"
fi
# WHY, the error in one line, and COMMIT_URL and PAGE_URL, where to read on, may be set as well.
need CHAT_WEBHOOK_URL
tool curl jq

case "$outcome" in
  succeeded) sign="✅" color="Good" ;;
  failed) sign="❌" color="Attention" ;;
  rolled-back) sign="⏪" color="Warning" ;;
  drift) sign="⚠️" color="Warning" ;;
  *) die "OUTCOME is '$outcome': it is one of succeeded, failed, rolled-back, drift" ;;
esac

# An Adaptive Card, for the Teams workflow that posts to a channel when it gets a webhook request. jq does the quoting; a
# text run shows every character as it is; a text block would read some as markup.
payload="$(jq -n --arg sign "$sign" --arg color "$color" --arg service "$SERVICE" --arg text "${text:0:2000}" --arg url "${RUN_URL:-}" \
  --arg why "$why" --arg commit "${COMMIT_URL:-}" --arg page "${PAGE_URL:-}" '
  def link($words): if . == "" then empty else {type: "Action.OpenUrl", title: $words, url: .} end;
  {type: "message", attachments: [{
    contentType: "application/vnd.microsoft.card.adaptive",
    content: {
      "$schema": "http://adaptivecards.io/schemas/adaptive-card.json", type: "AdaptiveCard", version: "1.4",
      body: [
        {type: "TextBlock", text: "\($sign) \($service)", weight: "Bolder", color: $color, wrap: true},
        {type: "RichTextBlock", inlines: [{type: "TextRun", text: $text}]},
        (if $why == "" then empty else {type: "RichTextBlock", inlines: [{type: "TextRun", text: ($why | gsub("\\p{Cntrl}+"; " ")), fontType: "Monospace"}]} end)],
      actions: [($page | link("What to do")), ($commit | link("Commit")), ($url | link("Log"))]}}]}')"

if dry; then
  say "+ post to the chat: $payload"
  exit
fi
# The address is a secret, so it goes through a file that only curl sees, and not onto the command line.
curl --fail --silent --show-error --max-time 10 --retry 3 --output /dev/null \
  --header "Content-Type: application/json" --data "$payload" --config <(printf 'url = "%s"\n' "$CHAT_WEBHOOK_URL") ||
  die "the chat did not take the message"
