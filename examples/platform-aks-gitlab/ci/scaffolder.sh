#!/usr/bin/env bash
# The scaffolder that takes new releases of the template: pin it, or install the one that is pinned.
#
#   scaffolder.sh pin           write ci/scaffolder.in from SCAFFOLDER_FROM, and lock it in ci/scaffolder.txt
#   scaffolder.sh install DIR   install what the lock names, and nothing else, into the new environment DIR
#
# The name alone is never installed: on the public index it may belong to anyone. In the lock, everything has a hash or is
# a full Git commit, also what builds it.
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source ci/prelude.sh
export UV_NO_CONFIG=1 # the service's own settings of uv are not meant for this

wanted=ci/scaffolder.in
lock=ci/scaffolder.txt

# Files and output of this script are committed and logged: they hold no password of an address.
mask() { sed -E 's#//([^/@[:space:]]*:[^@[:space:]]*|[^/[:space:]]*)@#//***@#g'; }
say() { printf '%s\n' "$*" | mask >&2; }

# masked COMMAND…: run it, without the passwords in its stderr.
masked() {
  { run "$@" 2>&1 >&3 3>&- | mask >&2; } 3>&1
}

pin() {
  if [[ -n "${SCAFFOLDER_FROM:-}" ]]; then
    want "$SCAFFOLDER_FROM"
  elif [[ ! -f "$wanted" ]]; then
    say "no scaffolder is pinned, so that the weekly update does nothing: make pin SCAFFOLDER_FROM=git+https://…@vX.Y.Z (docs/living-with-the-template.md)"
    return
  fi
  tool uv
  local compile=(uv pip compile --quiet --universal --python-version=3.11 --generate-hashes --no-strip-extras --emit-index-url)
  if dry; then
    run "${compile[@]}" "--output-file=$lock" "$wanted"
    return
  fi
  # Both files are made beside, and take their places when the lock has been checked: all of it, or nothing. uv keeps the
  # versions of a lock that is there.
  [[ -f "$scratch/scaffolder.in" ]] || cp "$wanted" "$scratch/scaffolder.in"
  [[ ! -f "$lock" ]] || cp "$lock" "$scratch/scaffolder.txt"
  masked "${compile[@]}" "--output-file=$scratch/scaffolder.txt" "$scratch/scaffolder.in"
  # uv writes an index as it was told it, with user and password. At the installation it has them from its environment or
  # from .netrc. And Renovate repeats the command in the first lines, with the files where they belong.
  sed -E -e 's#^(--(extra-)?index-url[ =]+[a-z]+://)[^/]*@#\1#' -e '/^ *#/s,[^ =]*scaffolder\.(in|txt),ci/scaffolder.\1,g' \
    "$scratch/scaffolder.txt" >"$scratch/lock"
  sort_lock "$scratch/lock"
  put "$scratch/scaffolder.in" "$wanted"
  put "$scratch/lock" "$lock"
  say "$lock: $(grep -c '==' "$lock") packages, and $(grep -iE '^devops[-_.]scaffolder' "$lock" | sed 's/ *\\$//')"
}

# put FILE PLACE: in one step, so that no half of it is ever there.
put() {
  cp "$1" "$2.new"
  mv -f "$2.new" "$2"
}

# want FROM: write what ci/scaffolder.in will hold.
want() {
  local from="${1#devops-scaffolder}" index="" build="setuptools # builds what has no wheel"
  from="${from#\[tools\]}"
  from="${from# @ }"
  [[ ! "$from" =~ (https://[^/]*@|ssh://[^/@]*:[^/@]*@) ]] || die "SCAFFOLDER_FROM holds a password or a token, and would be committed"
  case "$from" in
    git+https://*/*@* | git+ssh://*/*@* | git+file://*/*@*)
      from=" @ $from"
      build="hatchling # builds scaffolder"$'\n'"$build"
      ;;
    https://*.whl | file://*.whl) from=" @ $from" ;;
    ==[0-9]*)
      index="${SCAFFOLDER_INDEX:-${UV_INDEX:-${UV_DEFAULT_INDEX:-${UV_INDEX_URL:-${PIP_INDEX_URL:-}}}}}"
      [[ ! "$index" =~ ^[A-Za-z0-9_-]+= ]] || index="${index#*=}" # UV_INDEX may give it a name
      [[ -n "$index" ]] || die "name the index that has devops-scaffolder: make pin SCAFFOLDER_FROM=… SCAFFOLDER_INDEX=https://…/simple"
      [[ "$index" =~ ^(https|file)://[^@[:space:]]+$ ]] ||
        die "SCAFFOLDER_INDEX is '$index': one address that begins with https://, without a password"
      index="--extra-index-url $index"$'\n' # uv asks it before the public one
      ;;
    *) die "SCAFFOLDER_FROM is '$1': it is git+https://…@vX.Y.Z, the https address of a wheel, or devops-scaffolder==X.Y.Z from SCAFFOLDER_INDEX" ;;
  esac
  if dry; then
    say "+ write $wanted: devops-scaffolder[tools]$from"
  else
    printf '%s\n' "# Which scaffolder takes new releases of the template; scaffolder.txt locks it. \`make pin\` and Renovate move both." \
      "${index}devops-scaffolder[tools]$from" "$build" >"$scratch/scaffolder.in"
  fi
}

install() {
  local into
  [[ -f "$lock" ]] || die "no $lock: make pin SCAFFOLDER_FROM=… writes it (docs/living-with-the-template.md)"
  tool uv git
  sort_lock "$lock"
  masked uv venv --quiet --no-project --python ">=3.11" "$1"
  into=(uv pip install --quiet --python "$1" --no-deps)
  # Build backends come first and are wheels themselves, so that no build fetches anything.
  if [[ -s "$scratch/builds" ]]; then
    masked "${into[@]}" --require-hashes --no-build --requirement "$scratch/builds.txt"
  fi
  if [[ -s "$scratch/hashed" ]]; then
    masked "${into[@]}" --require-hashes --no-build-isolation --requirement "$scratch/hashed.txt"
  fi
  if [[ -s "$scratch/commits" ]]; then
    masked "${into[@]}" --no-build-isolation --requirement "$scratch/commits.txt"
  fi
}

# sort_lock FILE: refuse a lock that leaves anything open; else write its requirements, one a line, to builds, hashed and
# commits in $scratch, and as .txt with the indexes. They, and not the lock, are what is installed.
sort_lock() {
  local line words kind entry="" number=0 first=1
  for kind in indexes builds hashed commits; do
    : >"$scratch/$kind"
  done
  while IFS= read -r line || [[ -n "$line" ]]; do
    number=$((number + 1))
    line="${line%$'\r'}"
    [[ -n "$entry" ]] || first="$number"
    if [[ "$line" =~ ^[[:space:]]*# ]]; then line=""; fi
    entry+=" ${line%%[[:space:]]#*}"
    if [[ "$entry" == *\\ ]]; then
      entry="${entry%\\}"
      continue
    fi
    read -r -a words <<<"$entry"
    entry=""
    [[ "${#words[@]}" == 0 ]] || sort_entry "$first" "${words[*]}"
  done <"$1"
  [[ -z "$entry" ]] || die "$lock ends within line $first"
  grep -qiE '^devops[-_.]scaffolder[ =@[]' "$scratch/hashed" "$scratch/commits" || die "$lock does not name devops-scaffolder: make pin"
  ! grep -qiE '^scaffolder[ =@[]' "$scratch/hashed" "$scratch/commits" || die "$lock names scaffolder, which is another project: make pin"
  for kind in builds hashed commits; do
    cat "$scratch/indexes" "$scratch/$kind" >"$scratch/$kind.txt"
  done
}

# sort_entry LINE ENTRY
sort_entry() {
  local name='[A-Za-z0-9][A-Za-z0-9._-]*(\[[A-Za-z0-9._,-]+\])?' address='[^@#?[:space:]]+'
  local marker="( ?; [A-Za-z0-9_.<>=!~\"'() ,+*-]+)?" hashes='( --hash=sha256:[0-9a-f]{64})+'
  local index="^--(extra-)?index-url (https|file)://[^@[:space:]]+$"
  local version="^$name==[A-Za-z0-9.+!_-]+$marker$hashes$"
  local archive="^$name ?@ ?(https|file)://$address$marker$hashes$"
  local commit="^$name ?@ ?git\\+((https|file)://|ssh://([A-Za-z0-9._-]+@)?)$address@[0-9a-f]{40}(#subdirectory=[A-Za-z0-9._/-]+)?$marker$"
  if [[ "$2" =~ $index ]]; then
    echo "$2" >>"$scratch/indexes"
  elif [[ "$2" =~ $version && "$2" == setuptools==* ]]; then
    echo "$2" >>"$scratch/builds"
  elif [[ "$2" =~ $version || "$2" =~ $archive ]]; then
    echo "$2" >>"$scratch/hashed"
  elif [[ "$2" =~ $commit ]]; then
    echo "$2" >>"$scratch/commits"
  else
    die "$lock:$1: ${2%% --hash=*}: $(objection "$2"): make pin"
  fi
}

objection() {
  case "$1" in
    *http://* | *git://*) echo "what comes over plain http can be changed on its way" ;;
    *git+*) echo "a branch or a tag can be moved, and only a full commit cannot" ;;
    -*) echo "this option has no place in a lock" ;;
    *--hash=*) echo "this is not a version or address with hashes of SHA-256" ;;
    *) echo "it has no hash, so that any file of this name would be installed" ;;
  esac
}

scratch="$(mktemp -d)"
trap 'rm -rf "$scratch" "$wanted.new" "$lock.new"' EXIT
case "${1:-}" in
  pin) pin ;;
  install) install "${2:?the folder of the new environment}" ;;
  *) die "scaffolder.sh pin, or scaffolder.sh install DIR" ;;
esac
