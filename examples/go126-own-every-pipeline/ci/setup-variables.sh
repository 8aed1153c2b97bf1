# shellcheck shell=bash
# The registry of the images; the clusters are secrets of the environments, and only you have them.
: "${repository:?}" # from setup-github.sh, which this is a part of
need IMAGE REGISTRY_USER
run gh variable set IMAGE --repo "$repository" --body "$IMAGE"
run gh variable set REGISTRY_USER --repo "$repository" --body "$REGISTRY_USER"
say "now give the pipeline what is secret:  gh secret set REGISTRY_PASSWORD --repo $repository"
say "and for each environment:  gh secret set KUBECONFIG --repo $repository --env dev <the-file-of-dev"
