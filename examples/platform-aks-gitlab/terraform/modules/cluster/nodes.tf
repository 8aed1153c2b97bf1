# The machines of the service and what belongs to it. The system has its own, so that neither can starve the other.

resource "azurerm_kubernetes_cluster_node_pool" "apps" {
  name                        = "apps"
  kubernetes_cluster_id       = azurerm_kubernetes_cluster.this.id
  tags                        = var.tags
  mode                        = "User"
  vm_size                     = var.node_vm_size
  zones                       = ["1", "2", "3"]
  auto_scaling_enabled        = true
  min_count                   = var.node_min
  max_count                   = var.node_max
  max_pods                    = 110
  vnet_subnet_id              = var.subnet_id
  os_sku                      = "AzureLinux"
  os_disk_type                = "Ephemeral"
  os_disk_size_gb             = var.node_disk_gib
  host_encryption_enabled     = true
  orchestrator_version        = var.kubernetes_version
  temporary_name_for_rotation = "appstmp"

  upgrade_settings {
    max_surge                     = "1"
    drain_timeout_in_minutes      = 30
    node_soak_duration_in_minutes = 0
  }

  lifecycle {
    ignore_changes = [node_count]
  }
}
