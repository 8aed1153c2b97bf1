# Logs: the changes through the Kubernetes API with their authors, and the output of containers and Kubernetes.

resource "azurerm_monitor_diagnostic_setting" "control_plane" {
  name                       = "control-plane"
  target_resource_id         = azurerm_kubernetes_cluster.this.id
  log_analytics_workspace_id = var.log_analytics_workspace_id

  # kube-audit-admin leaves out reads: a tenth of the volume of kube-audit.
  dynamic "enabled_log" {
    for_each = toset(["cluster-autoscaler", "guard", "kube-audit-admin"])

    content {
      category = enabled_log.value
    }
  }
}

resource "azurerm_monitor_data_collection_rule" "containers" {
  name                = "${var.name}-containers"
  resource_group_name = var.resource_group_name
  location            = var.region
  tags                = var.tags

  data_sources {
    extension {
      name           = "containers"
      extension_name = "ContainerInsights"
      streams        = ["Microsoft-ContainerLogV2", "Microsoft-KubeEvents"]

      extension_json = jsonencode({
        dataCollectionSettings = {
          interval               = "1m"
          namespaceFilteringMode = "Off"
          enableContainerLogV2   = true
        }
      })
    }
  }

  destinations {
    log_analytics {
      name                  = "workspace"
      workspace_resource_id = var.log_analytics_workspace_id
    }
  }

  data_flow {
    streams      = ["Microsoft-ContainerLogV2", "Microsoft-KubeEvents"]
    destinations = ["workspace"]
  }
}

resource "azurerm_monitor_data_collection_rule_association" "containers" {
  name                    = "ContainerInsightsExtension" # the agent looks for this name
  target_resource_id      = azurerm_kubernetes_cluster.this.id
  data_collection_rule_id = azurerm_monitor_data_collection_rule.containers.id
}
