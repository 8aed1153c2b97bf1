# The services of the list (services/<name>/request.yaml): each pipeline finds this cluster. Its rights inside are a Role in
# the namespace of that service alone: services/<name>/objects.yaml.

locals {
  requests  = { for file in fileset("${path.root}/../../services", "*/request.yaml") : dirname(file) => yamldecode(file("${path.root}/../../services/${file}")) }
  deployers = { for name, request in local.requests : name => request.deployers[var.environment] if contains(keys(request.deployers), var.environment) }
}

# The service made it in its own resource group, and applies its terraform/env before.
data "azurerm_user_assigned_identity" "service" {
  for_each = local.deployers

  name                = each.value
  resource_group_name = "${each.key}-${var.environment}"
}

resource "azurerm_role_assignment" "service" {
  for_each = local.deployers

  scope                = module.cluster.id
  role_definition_name = "Azure Kubernetes Service Cluster User Role"
  principal_id         = data.azurerm_user_assigned_identity.service[each.key].principal_id
  principal_type       = "ServicePrincipal"
}
