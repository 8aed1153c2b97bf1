# Who the identities of pods come from, for Entra to believe.

output "issuer" {
  description = "Address under which the cluster issues tokens to its accounts."
  value       = azurerm_kubernetes_cluster.this.oidc_issuer_url
}
