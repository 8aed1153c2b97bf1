output "servers" {
  description = "Subnet of the servers: id and addresses, once its rules and its way out are in place."
  value       = { id = azurerm_subnet.servers.id, cidr = azurerm_subnet.servers.address_prefixes[0] }

  # A machine that starts without a way out waits for its packages, and gives up.
  depends_on = [azurerm_subnet_nat_gateway_association.this, azurerm_subnet_network_security_group_association.servers]
}

output "monitoring" {
  description = "Subnet of the machine that watches: id and addresses, once its rules and its way out are in place."
  value       = { id = azurerm_subnet.monitoring.id, cidr = azurerm_subnet.monitoring.address_prefixes[0] }

  depends_on = [azurerm_subnet_nat_gateway_association.this, azurerm_subnet_network_security_group_association.monitoring]
}

output "shape" {
  description = "Values that must be the same in every environment, without addresses."
  value = {
    default_egress = azurerm_subnet.servers.default_outbound_access_enabled
    nat_gateways   = length(azurerm_nat_gateway.this)
    open_ports     = sort(flatten([for rule in azurerm_network_security_group.servers.security_rule : rule.destination_port_ranges if rule.access == "Allow" && rule.source_address_prefix == "Internet"]))
  }
}
