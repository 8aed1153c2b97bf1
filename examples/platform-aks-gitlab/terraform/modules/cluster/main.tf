# The cluster: who may reach it, who may do what in it, how it is kept up to date.
# Beside this file: nodes.tf (machines of the service), logs.tf (what is written down).

locals {
  # Private addresses come over networks that are joined with this one, and reach the private address of the API anyway.
  public_cidrs = [for cidr in var.api_allowed_cidrs : cidr if !can(regex("^(10\\.|172\\.(1[6-9]|2[0-9]|3[01])\\.|192\\.168\\.)", cidr))]
}

# ---- identities of the cluster itself

resource "azurerm_user_assigned_identity" "cluster" {
  name                = "${var.name}-cluster"
  resource_group_name = var.resource_group_name
  location            = var.region
  tags                = var.tags
}

# Nodes and load balancers are put into the subnet: this one, not the whole network.
resource "azurerm_role_assignment" "cluster_uses_subnet" {
  scope                = var.subnet_id
  role_definition_name = "Network Contributor"
  principal_id         = azurerm_user_assigned_identity.cluster.principal_id
  principal_type       = "ServicePrincipal"
}

resource "azurerm_user_assigned_identity" "nodes" {
  name                = "${var.name}-nodes"
  resource_group_name = var.resource_group_name
  location            = var.region
  tags                = var.tags
}

resource "azurerm_role_assignment" "cluster_gives_nodes_their_identity" {
  scope                = azurerm_user_assigned_identity.nodes.id
  role_definition_name = "Managed Identity Operator"
  principal_id         = azurerm_user_assigned_identity.cluster.principal_id
  principal_type       = "ServicePrincipal"
}

# ---- the cluster

resource "azurerm_kubernetes_cluster" "this" {
  name                   = var.name
  resource_group_name    = var.resource_group_name
  node_resource_group    = "${var.name}-nodes"
  location               = var.region
  tags                   = var.tags
  dns_prefix             = var.name
  kubernetes_version     = var.kubernetes_version
  sku_tier               = "Standard" # with a guarantee; the free tier has none
  disk_encryption_set_id = var.disk_encryption_set_id

  # ---- who gets in: Entra logins only, with Azure's roles

  local_account_disabled    = true
  oidc_issuer_enabled       = true
  workload_identity_enabled = true
  run_command_enabled       = false # it would let an Azure role run pods as cluster administrator
  azure_policy_enabled      = true

  azure_active_directory_role_based_access_control {
    azure_rbac_enabled     = true
    admin_group_object_ids = var.admin_group_object_ids
  }

  # Without listed public addresses the Kubernetes API has a private address only. Changing from one to the other makes a
  # new cluster. Nodes reach a public API through the NAT gateway: without its address in the list, none can join.
  private_cluster_enabled = length(local.public_cidrs) == 0

  dynamic "api_server_access_profile" {
    for_each = length(local.public_cidrs) > 0 ? [concat(local.public_cidrs, ["${var.nat_address}/32"])] : []

    content {
      authorized_ip_ranges = api_server_access_profile.value
    }
  }

  identity {
    type         = "UserAssigned"
    identity_ids = [azurerm_user_assigned_identity.cluster.id]
  }

  kubelet_identity {
    client_id                 = azurerm_user_assigned_identity.nodes.client_id
    object_id                 = azurerm_user_assigned_identity.nodes.principal_id
    user_assigned_identity_id = azurerm_user_assigned_identity.nodes.id
  }

  # ---- network: Cilium enforces NetworkPolicy and routes between pods

  network_profile {
    network_plugin      = "azure"
    network_plugin_mode = "overlay"
    network_data_plane  = "cilium"
    network_policy      = "cilium"
    load_balancer_sku   = "standard"
    outbound_type       = "userAssignedNATGateway"
    pod_cidr            = "10.244.0.0/16"
    service_cidr        = "172.20.0.0/16"
    dns_service_ip      = "172.20.0.10"
  }

  # ---- machines of the system: DNS, metrics and the like, and nothing of the service

  default_node_pool {
    name                         = "system"
    type                         = "VirtualMachineScaleSets"
    vm_size                      = var.node_vm_size
    zones                        = ["1", "2", "3"]
    auto_scaling_enabled         = true
    min_count                    = 2
    max_count                    = 3
    max_pods                     = 110
    only_critical_addons_enabled = true
    vnet_subnet_id               = var.subnet_id
    orchestrator_version         = var.kubernetes_version # without it, an upgrade leaves this pool behind
    os_sku                       = "AzureLinux"
    os_disk_type                 = "Ephemeral" # on the machine itself: faster, and gone with it
    os_disk_size_gb              = var.node_disk_gib
    host_encryption_enabled      = true
    temporary_name_for_rotation  = "systemtmp"
    tags                         = var.tags

    upgrade_settings {
      max_surge                     = "1"
      drain_timeout_in_minutes      = 30
      node_soak_duration_in_minutes = 0
    }
  }

  node_provisioning_profile {
    mode = "Manual"
  }

  # ---- updates: patches and machine images by themselves, minor versions by a commit

  automatic_upgrade_channel    = "patch"
  node_os_upgrade_channel      = "NodeImage"
  image_cleaner_enabled        = true
  image_cleaner_interval_hours = 168

  maintenance_window_auto_upgrade {
    frequency   = "Weekly"
    interval    = 1
    duration    = 4
    day_of_week = var.maintenance_day
    start_time  = "02:00"
    utc_offset  = "+00:00"
  }

  maintenance_window_node_os {
    frequency   = "Weekly"
    interval    = 1
    duration    = 4
    day_of_week = var.maintenance_day
    start_time  = "06:00"
    utc_offset  = "+00:00"
  }

  # ---- what watches it

  oms_agent {
    log_analytics_workspace_id      = var.log_analytics_workspace_id
    msi_auth_for_monitoring_enabled = true
  }

  # Reports once Defender for Containers is switched on for the subscription.
  microsoft_defender {
    log_analytics_workspace_id = var.log_analytics_workspace_id
  }

  key_vault_secrets_provider {
    secret_rotation_enabled = true
  }

  lifecycle {
    ignore_changes = [
      default_node_pool[0].node_count, # the autoscaler moves it between min and max
      web_app_routing,                 # make platform switches the gateway on: what it is made of is not in azurerm
    ]
  }

  depends_on = [
    azurerm_role_assignment.cluster_gives_nodes_their_identity,
    azurerm_role_assignment.cluster_uses_subnet,
  ]
}
