output "id" {
  description = "Resource id of the cluster."
  value       = azurerm_kubernetes_cluster.this.id
}

output "name" {
  description = "Name of the cluster."
  value       = azurerm_kubernetes_cluster.this.name
}

output "api_allowed_cidrs" {
  description = "Addresses that reach the public address of the Kubernetes API. None: it has no public address."
  value       = toset(try(azurerm_kubernetes_cluster.this.api_server_access_profile[0].authorized_ip_ranges, []))
}

output "pool_versions" {
  description = "Kubernetes version of the nodes, by pool."
  value = {
    system = azurerm_kubernetes_cluster.this.default_node_pool[0].orchestrator_version
    apps   = azurerm_kubernetes_cluster_node_pool.apps.orchestrator_version
  }
}

output "shape" {
  description = "Values that must be the same in every environment."
  value = {
    kubernetes     = azurerm_kubernetes_cluster.this.kubernetes_version
    tier           = azurerm_kubernetes_cluster.this.sku_tier
    private_api    = azurerm_kubernetes_cluster.this.private_cluster_enabled
    local_accounts = !azurerm_kubernetes_cluster.this.local_account_disabled
    patches        = azurerm_kubernetes_cluster.this.automatic_upgrade_channel
    machine_images = azurerm_kubernetes_cluster.this.node_os_upgrade_channel
    logs           = sort([for log in azurerm_monitor_diagnostic_setting.control_plane.enabled_log : log.category])

    network = {
      plugin = azurerm_kubernetes_cluster.this.network_profile[0].network_plugin_mode
      policy = azurerm_kubernetes_cluster.this.network_profile[0].network_policy
      egress = azurerm_kubernetes_cluster.this.network_profile[0].outbound_type
    }

    nodes = {
      size     = azurerm_kubernetes_cluster_node_pool.apps.vm_size
      zones    = sort(azurerm_kubernetes_cluster_node_pool.apps.zones)
      min      = azurerm_kubernetes_cluster_node_pool.apps.min_count
      max      = azurerm_kubernetes_cluster_node_pool.apps.max_count
      disk_gib = azurerm_kubernetes_cluster_node_pool.apps.os_disk_size_gb
    }
  }
}
