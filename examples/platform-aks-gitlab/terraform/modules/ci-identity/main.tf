# An identity that pipelines take with a token of their own (OpenID Connect): no password exists that could leak.

locals {
  # Azure compares a subject exactly and knows no wildcard, so each gets a credential of its own.
  credentials = merge([for name, pipeline in var.pipelines : {
    for number, subject in pipeline.subjects : "${name}-${number}" => {
      issuer   = "https://${pipeline.issuer}"
      audience = pipeline.audience
      subject  = subject
    }
  }]...)
}

resource "azurerm_user_assigned_identity" "this" {
  name                = var.name
  resource_group_name = var.resource_group_name
  location            = var.region
  tags                = var.tags
}

resource "azurerm_federated_identity_credential" "this" {
  for_each = local.credentials

  name                      = each.key
  user_assigned_identity_id = azurerm_user_assigned_identity.this.id
  issuer                    = each.value.issuer
  audience                  = [each.value.audience]
  subject                   = each.value.subject
}

resource "azurerm_role_assignment" "this" {
  for_each = var.roles

  scope                = each.value.scope
  role_definition_name = each.value.role
  principal_id         = azurerm_user_assigned_identity.this.principal_id
  principal_type       = "ServicePrincipal"
}
