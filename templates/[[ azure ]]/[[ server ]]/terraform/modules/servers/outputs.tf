output "servers" {
  description = "The machines that serve, by name: address inside the network, and the public one if there is any."
  value = { for name, index in local.servers : name => {
    private = local.machines[name].address
    public  = try(azurerm_public_ip.machine[name].ip_address, "")
  } }
}

output "run_commands_role" {
  description = "Role that lets a pipeline tell the machines what to run."
  value       = azurerm_role_definition.run_commands.name
}

output "address" {
  description = "Where the host name has to point: the address of the load balancer, or of the one server."
  value       = local.balanced ? azurerm_public_ip.balancer[0].ip_address : azurerm_public_ip.machine["${var.name}-1"].ip_address
}

output "record" {
  description = "Name of the record that is made here; empty where none is."
  value       = try(azurerm_dns_a_record.this[0].name, "")
}

output "shape" {
  description = "Values that must be the same in every environment, without addresses."
  value = {
    servers        = length(local.servers)
    monitoring     = var.monitoring
    balanced       = length(azurerm_lb.this) == 1
    public_servers = length([for name, address in azurerm_public_ip.machine : name if contains(keys(local.servers), name)])
    vm_size        = var.vm_size
    watcher_size   = join(" ", [for machine in local.machines : machine.size if machine.role == "monitoring"])
    watcher_reads  = [for assignment in azurerm_role_assignment.read_secrets : assignment.role_definition_name]
    passwords      = anytrue([for machine in azurerm_linux_virtual_machine.this : !machine.disable_password_authentication])
    encrypted      = alltrue([for machine in azurerm_linux_virtual_machine.this : machine.encryption_at_host_enabled])
    ready          = join(" ", [for probe in azurerm_lb_probe.ready : probe.request_path])
  }
}
