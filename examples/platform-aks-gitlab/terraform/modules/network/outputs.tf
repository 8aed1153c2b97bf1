output "subnet_id" {
  description = "Subnet of the nodes, once its way out and its rules are in place."
  value       = azurerm_subnet.nodes.id

  # A cluster whose nodes cannot get out fails after half an hour.
  depends_on = [
    azurerm_subnet_nat_gateway_association.nodes,
    azurerm_subnet_network_security_group_association.nodes,
  ]
}

output "nat_address" {
  description = "Public address that everything in the network goes out with."
  value       = azurerm_public_ip.nat.ip_address
}

output "shape" {
  description = "Values that must be the same in every environment, without addresses."
  value = {
    nodes_prefix   = split("/", azurerm_subnet.nodes.address_prefixes[0])[1]
    default_egress = azurerm_subnet.nodes.default_outbound_access_enabled
    open_ports     = sort(flatten([for rule in azurerm_network_security_group.nodes.security_rule : rule.destination_port_ranges if rule.access == "Allow"]))
    nat_zones      = sort(azurerm_nat_gateway.this.zones)
  }
}
