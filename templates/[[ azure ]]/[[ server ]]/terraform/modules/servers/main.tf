# The machines of one environment. No one logs in to them: no port of SSH is open, what they are told comes through Azure's
# run commands, and each of them is in the activity log.

locals {
  servers  = { for number in range(1, var.servers + 1) : "${var.name}-${number}" => number - 1 }
  balanced = var.servers > 1
  machines = merge(
    { for name, index in local.servers : name => { subnet_id = var.subnet.id, address = cidrhost(var.subnet.cidr, 16 + index), zone = index, role = "server", size = var.vm_size } },
    var.monitoring ? { "${var.name}-monitoring" = { subnet_id = var.monitoring_subnet.id, address = cidrhost(var.monitoring_subnet.cidr, 16), zone = 0, role = "monitoring", size = var.monitoring_vm_size } } : {},
  )
}

resource "azurerm_public_ip" "machine" {
  for_each = local.balanced ? {} : local.machines

  name                = each.key
  resource_group_name = var.resource_group_name
  location            = var.region
  tags                = var.tags
  allocation_method   = "Static"
  sku                 = "Standard"
}

resource "azurerm_network_interface" "this" {
  #checkov:skip=CKV_AZURE_119:The one server is the address of the service; behind a load balancer no machine has a public one
  for_each = local.machines

  name                = each.key
  resource_group_name = var.resource_group_name
  location            = var.region
  tags                = var.tags

  # The address that a machine keeps when it is made again: Prometheus looks for the servers there.
  ip_configuration {
    name                          = "internal"
    subnet_id                     = each.value.subnet_id
    private_ip_address_allocation = "Static"
    private_ip_address            = each.value.address
    public_ip_address_id          = local.balanced ? null : azurerm_public_ip.machine[each.key].id
  }
}

resource "azurerm_linux_virtual_machine" "this" {
  #checkov:skip=CKV_AZURE_50:Run commands are an extension, and the only way in
  for_each = local.machines

  name                            = each.key
  resource_group_name             = var.resource_group_name
  location                        = var.region
  tags                            = merge(var.tags, { role = each.value.role })
  size                            = each.value.size
  zone                            = length(var.zones) == 0 ? null : var.zones[each.value.zone % length(var.zones)]
  network_interface_ids           = [azurerm_network_interface.this[each.key].id]
  admin_username                  = "azureuser"
  disable_password_authentication = true
  encryption_at_host_enabled      = true

  # Software that the machine needs before it takes commands. The rest is server/playbook.yml, with each deployment.
  custom_data = base64encode(templatefile("${path.module}/cloud-init.yaml.tftpl", {}))

  # Azure makes no machine without a key. Of this one no one has the private half, and no port leads to it.
  admin_ssh_key {
    username   = "azureuser"
    public_key = var.admin_ssh_public_key
  }

  identity {
    type         = "UserAssigned"
    identity_ids = each.value.role == "server" ? [azurerm_user_assigned_identity.server.id] : azurerm_user_assigned_identity.monitoring[*].id
  }

  os_disk {
    caching              = "ReadWrite"
    storage_account_type = "StandardSSD_LRS"
    disk_size_gb         = var.disk_gib
  }

  # Debian 13 as Debian publishes it. A newer image makes no new machine: security updates come every night by themselves.
  source_image_reference {
    publisher = "debian"
    offer     = "debian-13"
    sku       = "13-gen2"
    version   = "latest"
  }

  lifecycle {
    ignore_changes = [custom_data, source_image_reference]
  }
}

# ---- who a machine is: it may pull images of this one registry

resource "azurerm_user_assigned_identity" "server" {
  name                = "${var.name}-server"
  resource_group_name = var.resource_group_name
  location            = var.region
  tags                = var.tags
}

resource "azurerm_role_assignment" "pull" {
  scope                = var.registry_id
  role_definition_name = "AcrPull"
  principal_id         = azurerm_user_assigned_identity.server.principal_id
  principal_type       = "ServicePrincipal"
}

# ---- what a deployment is made of: run commands, and nothing else of the machines

resource "azurerm_role_definition" "run_commands" {
  name        = "Run commands (${var.name})"
  scope       = var.resource_group_id
  description = "Tell the machines of ${var.name} what to run"

  permissions {
    actions = [
      "Microsoft.Compute/virtualMachines/read",
      "Microsoft.Compute/virtualMachines/runCommands/delete",
      "Microsoft.Compute/virtualMachines/runCommands/read",
      "Microsoft.Compute/virtualMachines/runCommands/write",
      "Microsoft.Network/networkInterfaces/read",
    ]
  }

  assignable_scopes = [var.resource_group_id]
}
