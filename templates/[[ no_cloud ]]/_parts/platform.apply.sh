kubectl apply -f platform/default-deny.yaml -f platform/deployer-role.yaml \
  -f platform/resourcequota.yaml -f platform/limitrange.yaml
