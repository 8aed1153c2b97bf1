#!/usr/bin/env bash
# How to get into the registry and the cluster. KUBECONFIG names the file that leads to the cluster of ENVIRONMENT; the
# registry's user is REGISTRY_USER with REGISTRY_PASSWORD, or whoever logged in with `docker login`.

login_registry() {
  need IMAGE
  tool crane
  # cosign asks Vault for each signature, and for the public key; without these two it would fail after the push.
  case "${COSIGN_KEY:-}" in
    hashivault://*)
      need VAULT_ADDR
      [ -f "$HOME/.vault-token" ] || need VAULT_TOKEN
      ;;
  esac
  if [ -z "${REGISTRY_PASSWORD:-}" ]; then return; fi
  need REGISTRY_USER
  say "+ crane auth login ${IMAGE%%/*} --username $REGISTRY_USER"
  if dry; then return; fi
  crane auth login "${IMAGE%%/*}" --username "$REGISTRY_USER" --password-stdin <<<"$REGISTRY_PASSWORD"
}

connect_cluster() {
  # A pipeline that keeps the file as a secret text hands over what is in it.
  if [ -n "${KUBECONFIG_TEXT:-}" ] && [ -z "${KUBECONFIG:-}" ]; then
    KUBECONFIG="$PWD/build/kubeconfig-$ENVIRONMENT"
    export KUBECONFIG
    if ! dry; then
      mkdir -p build
      (umask 077 && printf '%s\n' "$KUBECONFIG_TEXT" >"$KUBECONFIG")
    fi
  fi
  need KUBECONFIG
  tool kubectl
}
