# How a change is proposed where this repository lies; ci/propose-update.sh reads it.
# shellcheck shell=bash

REMOTE="$REPOSITORY_URL.git"

token_hint() {
  echo "it is a token that may write to this repository (docs/living-with-the-template.md)"
}

# description FILE: its Markdown on one line: Git takes no line break in an option, and GitLab makes one of \n. The file comes
# from the job that ran the update, so that GitLab gets no order by it: a line that begins with / is a command, @ calls people,
# and # and ! point at issues and merge requests. They are written as HTML has them, but for what is code on one line, where
# GitLab lets them be; behind anything that may hide where code ends, everywhere.
description() {
  awk '
    function harmless(text) {
      while (match(text, /#[0-9]/)) text = substr(text, 1, RSTART - 1) "\001" substr(text, RSTART + 1)
      gsub(/\001/, "\\&#35;", text)
      gsub(/@/, "\\&#64;", text)
      gsub(/!/, "\\&#33;", text)
      return text
    }
    {
      gsub(/[\r\001]/, "")
      count = split($0, part, "`")
      if (count && count % 2 == 0 || /``/ || /\\`/) unclear = 1
      for (i = 1; i <= count; i += 2) if (part[i] ~ /</) unclear = 1
      line = ""
      for (i = 1; i <= count; i++) line = line (i > 1 ? "`" : "") (i % 2 || unclear ? harmless(part[i]) : part[i])
      gsub(/\\n/, "\\&#92;n", line)
      if (line ~ /^[[:space:]]*\//) sub(/\//, "\\&#47;", line)
      printf "%s\\n", line
    }' "$1"
}

# push REFSPEC NOTES: GitLab makes the merge request while it takes the branch, so that the token needs no other right
# than to push. The steps before the deployment (NOTES) are in its description.
push() {
  local text="News, merged changes and results of the checks: ${RUN_URL:-the log of the pipeline}"
  if [[ -s "$2" ]]; then
    text+="\n\n$(description "$2")"
  fi
  git push --quiet --push-option=merge_request.create --push-option=merge_request.target=main \
    --push-option=merge_request.remove_source_branch \
    --push-option="merge_request.description=$text" \
    "$REMOTE" "$1"
}

# propose TITLE BRANCH FILE: the merge request of a branch; the push made it, and its title is that of the commit.
propose() {
  say "$1: $REPOSITORY_URL/-/merge_requests?scope=all&state=all&source_branch=$2"
  cat "$3" >&2
}

# tell TITLE FILE: end the run with this text; GitLab writes to the owner of the schedule.
tell() {
  cat "$2" >&2
  die "$1: what to do is written above"
}
