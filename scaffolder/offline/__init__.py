"""Provider schemas that travel with this package, and a server that shows them to Terraform as a provider would."""
