#!/usr/bin/env bash
# The service in a Kubernetes cluster on this machine (kind): the same image and the same chart as in dev.
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source ci/prelude.sh
tool docker kind helm kubectl

# kind runs on this machine's own processor.
case "$(uname -m)" in
  arm64 | aarch64) PLATFORM=linux/arm64 ;;
  *) PLATFORM=linux/amd64 ;;
esac
PLATFORM="$PLATFORM" ATTESTATIONS=0 IMAGE="" ci/build.sh

if dry || ! kind get clusters 2>/dev/null | grep -qx "$SERVICE"; then
  run kind create cluster --name "$SERVICE" --config kind.yaml --wait 2m
fi
run tar -cf build/image.tar -C build/image .
run kind load image-archive build/image.tar --name "$SERVICE"
# The namespaces of the real clusters, so that Pod Security refuses here what it would refuse there.
run kubectl --context "kind-$SERVICE" apply -f platform/namespace.yaml
run helm upgrade --install "$SERVICE" "$CHART" \
  --kube-context "kind-$SERVICE" \
  --namespace "$NAMESPACE" \
  --values "$CHART/values-local.yaml" \
  --set-string "revision=$REVISION" \
  --wait --timeout 3m
# The tag stays "local" when the image changes, so that Kubernetes has to be told.
run kubectl --context "kind-$SERVICE" --namespace "$NAMESPACE" rollout restart "deployment/$SERVICE"
run kubectl --context "kind-$SERVICE" --namespace "$NAMESPACE" rollout status "deployment/$SERVICE" --timeout 3m
say "it runs; to reach it: kubectl --context kind-$SERVICE --namespace $NAMESPACE port-forward service/$SERVICE 8080:80"
say "to remove it: kind delete cluster --name $SERVICE"
