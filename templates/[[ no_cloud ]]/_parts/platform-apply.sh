kubectl apply -f platform/deployer-role.yaml
