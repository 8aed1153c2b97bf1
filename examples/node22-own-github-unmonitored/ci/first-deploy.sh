#!/usr/bin/env bash
# Setup of a cluster of your own before the pipeline, in one command for each environment: docs/first-deploy.md, steps 4 and 5.
# Each step looks first whether it is done, so that it can be run again at any time.
#
#   ENVIRONMENT, KUBECONFIG: which one, and the file of its administrator
#   PULL_USER, PULL_PASSWORD: with what the nodes read the image; it may do nothing else
#   IMAGE: the address of the image, which has the registry's
#   PIPELINE_LOGIN=own: the pipeline logs in without a file that this script makes; RENEW=1: make a new file
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source ci/prelude.sh
source ci/cloud.sh
need ENVIRONMENT
tool kubectl openssl jq
login="build/deployer-$ENVIRONMENT.kubeconfig" name="$SERVICE-pipeline"

missing=0
lacks() {
  say "missing: $*"
  missing=$((missing + 1))
}

# The chart names the Secret with which the nodes read the image, or [] if they need none.
pulls_with_secret() { ! grep -qE '^imagePullSecrets: *\[\]' "$CHART/values-$ENVIRONMENT.yaml"; }
there() { kubectl "$@" --output name >/dev/null 2>&1; }
given() { [ -n "${!1:-}" ] || lacks "$1: ${*:2}"; }

# Everything that would stop a later step, and all of it at once: nothing is half made.
look() {
  if dry; then
    export KUBECONFIG="${KUBECONFIG:-…}"
    return
  fi
  if [ -z "${KUBECONFIG:-}" ]; then
    lacks "KUBECONFIG: the file with which the administrator reaches the cluster of $ENVIRONMENT"
  elif ! kubectl auth can-i '*' '*' --all-namespaces >/dev/null 2>&1; then
    lacks "the rights of an administrator: \`kubectl auth can-i '*' '*' --all-namespaces\` with $KUBECONFIG does not answer yes"
  fi
  if pulls_with_secret && ! there --namespace "$NAMESPACE" get secret registry; then
    given PULL_USER "a user of the registry who may pull and nothing else; a registry without a login: imagePullSecrets: [] in $CHART/values-$ENVIRONMENT.yaml"
    given PULL_PASSWORD "the password of PULL_USER"

    given IMAGE "$IMAGE_HINT"
  fi
  [ "$missing" = 0 ] || die "$missing things are missing, and nothing was changed. Run it again with what is named above"
}

# The password goes through a pipe: in the arguments of a command every user of this machine could read it.
pull_secret() {
  if ! pulls_with_secret || { ! dry && there --namespace "$NAMESPACE" get secret registry; }; then return; fi
  say "+ kubectl create -f - (Secret registry in namespace $NAMESPACE)"
  if dry; then return; fi
  export PULL_USER PULL_PASSWORD
  jq -n --arg namespace "$NAMESPACE" --arg server "${IMAGE%%/*}" '
    {auths: {($server): {username: env.PULL_USER, password: env.PULL_PASSWORD, auth: ("\(env.PULL_USER):\(env.PULL_PASSWORD)" | @base64)}}}
    | {apiVersion: "v1", kind: "Secret", type: "kubernetes.io/dockerconfigjson",
       metadata: {name: "registry", namespace: $namespace}, stringData: {".dockerconfigjson": tojson}}' |
    kubectl create -f - >/dev/null
}

# A login that ends within 30 days is replaced.
lasts() {
  [ "${RENEW:-}" != 1 ] && [ -f "$login" ] &&
    kubectl --kubeconfig "$login" config view --raw --output 'jsonpath={.users[0].user.client-certificate-data}' |
    base64 --decode | openssl x509 -noout -checkend 2592000 >/dev/null 2>&1
}

# The cluster signs a certificate in the group that platform/deployer-role.yaml binds. It cannot be revoked: it ends after 90 days.
sign() {
  local waited=0
  say "+ openssl req (a key, and a request for $name in the group $SERVICE-deployers)"
  say "+ kubectl create -f - (CertificateSigningRequest $name)"
  if ! dry; then
    openssl req -new -newkey rsa:2048 -nodes -keyout "$scratch/key" -out "$scratch/csr" -subj "/O=$SERVICE-deployers/O=deployers/CN=$name" 2>/dev/null
    kubectl delete certificatesigningrequest "$name" --ignore-not-found >/dev/null
    jq -n --arg name "$name" --rawfile request "$scratch/csr" '
      {apiVersion: "certificates.k8s.io/v1", kind: "CertificateSigningRequest", metadata: {name: $name},
       spec: {signerName: "kubernetes.io/kube-apiserver-client", expirationSeconds: 7776000, usages: ["client auth"],
              request: ($request | @base64)}}' | kubectl create -f - >/dev/null
  fi
  run kubectl certificate approve "$name"
  if dry; then return; fi
  until kubectl get certificatesigningrequest "$name" --output 'jsonpath={.status.certificate}' | base64 --decode >"$scratch/crt" && [ -s "$scratch/crt" ]; do
    waited=$((waited + 1))
    [ "$waited" -le "${PATIENCE:-20}" ] || die "this cluster signs no such certificate: some managed ones do not. Put an identity of the pipeline into the group" \
      "$SERVICE-deployers with the cluster's own list of who may log in, then PIPELINE_LOGIN=own: docs/first-deploy.md, step 5"
    sleep 1
  done
  kubectl delete certificatesigningrequest "$name" >/dev/null
}

# The cluster from the administrator's file, the user from the certificate.
write_login() {
  local server authority
  say "+ write $login"
  if dry; then return; fi
  server="$(kubectl config view --minify --output 'jsonpath={.clusters[0].cluster.server}')"
  authority="$(kubectl config view --minify --flatten --raw --output 'jsonpath={.clusters[0].cluster.certificate-authority-data}')"
  (umask 077 && jq -n --arg environment "$ENVIRONMENT" --arg server "$server" --arg authority "$authority" \
    --rawfile crt "$scratch/crt" --rawfile key "$scratch/key" '
      {apiVersion: "v1", kind: "Config", "current-context": $environment,
       clusters: [{name: $environment, cluster: ({server: $server} + if $authority == "" then {} else {"certificate-authority-data": $authority} end)}],
       contexts: [{name: $environment, context: {cluster: $environment, user: "pipeline"}}],
       users: [{name: "pipeline", user: {"client-certificate-data": ($crt | @base64), "client-key-data": ($key | @base64)}}]}' >"$login.new")
  mv "$login.new" "$login"
}

# Its rights: yes in its namespace, no in every other one, those of other services too.
prove() {
  local namespace may
  if dry; then
    say "+ kubectl --kubeconfig $login auth can-i create deployments, in each namespace"
    return
  fi
  for namespace in $(kubectl get namespaces --output 'jsonpath={.items[*].metadata.name}'); do
    may="$(kubectl --kubeconfig "$login" auth can-i create deployments --namespace "$namespace" 2>/dev/null)" || may="${may:-no}"
    case "$namespace $may" in
      "$NAMESPACE yes") say "the pipeline may deploy to namespace $namespace" ;;
      "$NAMESPACE "*) die "the login in $login may not deploy to namespace $namespace: \`kubectl --kubeconfig $login auth whoami\` shows who it is" ;;
      *" yes") lacks "a boundary: the pipeline may deploy to namespace $namespace. A service there still binds the group deployers: it has to take release 0.6.0 of the template" ;;
    esac
  done
  [ "$missing" = 0 ] || die "the login in $login may do more than it should"
}

scratch="$(mktemp -d)"
trap 'rm -rf "$scratch" "$login.new"' EXIT
look

# Before `make platform`, which looks whether the pipeline would be locked out.
dry || mkdir -p build
if [ "${PIPELINE_LOGIN:-}" != own ] && { dry || ! lasts; }; then
  sign
  write_login
fi
make platform
pull_secret
if [ "${PIPELINE_LOGIN:-}" != own ]; then prove; fi
say "$ENVIRONMENT takes the service. Login of the pipeline: ${PIPELINE_LOGIN:-$login}"
