[% raw %]
# Settings and secrets of this machine, which Git ignores; .env.example shows how. Variables that are set already stay as they are.
if [[ -f .env ]]; then
  while IFS='=' read -r name value || [[ -n "$name" ]]; do
    if [[ "$name" =~ ^[A-Z][A-Z0-9_]*$ && -z "${!name+set}" ]]; then export "$name=$value"; fi
  done <.env
fi[% endraw %]
