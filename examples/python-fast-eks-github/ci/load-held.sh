#!/usr/bin/env bash
# Stop unless the pipeline sent its load to REVISION in dev, and the objectives were held. The workflow promote asks this before
# prod: what a person names there need not have come through dev. GH_TOKEN may read the runs of this repository.
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source ci/prelude.sh
need REVISION
tool gh

if [ "${#REVISION}" != 40 ] || [ -n "${REVISION//[0-9a-f]/}" ]; then die "REVISION is '$REVISION': it is a commit with all its 40 digits"; fi
repository="${REPOSITORY_URL#https://github.com/}"
results='.jobs[] | select(.name | endswith("Deploy to dev")) | .steps[] | select(.name == "Load") | .conclusion'

if dry; then
  say "+ ask for the load of $REVISION in the runs of ci.yml"
  exit
fi
runs="$(gh api "repos/$repository/actions/workflows/ci.yml/runs?head_sha=$REVISION&branch=main&event=push" --jq '.workflow_runs[].id')" ||
  die "GitHub does not tell the runs of $REVISION"
measured=""
for id in $runs; do
  # Of the last attempt: a job that ran again has replaced its result.
  found="$(gh api "repos/$repository/actions/runs/$id/jobs?filter=latest&per_page=100" --jq "$results")" ||
    die "GitHub does not tell the jobs of run $id"
  if [ "$found" = success ]; then
    say "$REVISION held its objectives under load in dev: $REPOSITORY_URL/actions/runs/$id"
    exit
  fi
  measured+=" $id: ${found:-no load}"
done
die "$REVISION did not hold its objectives under load in dev (runs:${measured:- none on main}): it does not go to prod. \
To measure it again, run its job again there. To go back to an earlier release, use the workflow rollback. More: docs/load.md"
