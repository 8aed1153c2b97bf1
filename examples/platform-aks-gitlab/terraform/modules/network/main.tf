# One network per environment. Nodes have addresses of it; pods have addresses of an overlay that only the cluster sees,
# so a /20 is enough for nodes, load balancers of the inside and the private address of the Kubernetes API.

resource "azurerm_virtual_network" "this" {
  name                = var.name
  resource_group_name = var.resource_group_name
  location            = var.region
  tags                = var.tags
  address_space       = [var.cidr]
}

resource "azurerm_subnet" "nodes" {
  name                            = "nodes"
  resource_group_name             = var.resource_group_name
  virtual_network_name            = azurerm_virtual_network.this.name
  address_prefixes                = [cidrsubnet(var.cidr, 4, 0)]
  default_outbound_access_enabled = false # the NAT gateway is the only way out
}

# Rules stand inside their group, not in resources of their own: one added by hand is then drift. Traffic that no rule names is
# refused, but for traffic from inside the network and the health probes of the load balancer.
#trivy:ignore:AZU-0047 the service is public; both ports are those of its load balancer
resource "azurerm_network_security_group" "nodes" {
  #checkov:skip=CKV_AZURE_160:Port 80 answers with a redirect to 443 and nothing else (platform/gateway/redirect.yaml)
  name                = "${var.name}-nodes"
  resource_group_name = var.resource_group_name
  location            = var.region
  tags                = var.tags

  security_rule {
    name                       = "web-from-internet"
    priority                   = 100
    direction                  = "Inbound"
    access                     = "Allow"
    protocol                   = "Tcp"
    source_address_prefix      = "Internet"
    source_port_range          = "*"
    destination_address_prefix = "*"
    destination_port_ranges    = ["443", "80"]
  }
}

resource "azurerm_subnet_network_security_group_association" "nodes" {
  subnet_id                 = azurerm_subnet.nodes.id
  network_security_group_id = azurerm_network_security_group.nodes.id
}

# ---- the way out: one address, which others can put on their lists

resource "azurerm_public_ip" "nat" {
  name                = "${var.name}-nat"
  resource_group_name = var.resource_group_name
  location            = var.region
  tags                = var.tags
  allocation_method   = "Static"
  sku                 = "Standard"
  zones               = ["1"]
}

resource "azurerm_nat_gateway" "this" {
  name                = var.name
  resource_group_name = var.resource_group_name
  location            = var.region
  tags                = var.tags
  sku_name            = "Standard"
  zones               = ["1"] # a gateway of this kind lives in one zone; while that is down, nodes of the others cannot get out
}

resource "azurerm_nat_gateway_public_ip_association" "this" {
  nat_gateway_id       = azurerm_nat_gateway.this.id
  public_ip_address_id = azurerm_public_ip.nat.id
}

resource "azurerm_subnet_nat_gateway_association" "nodes" {
  subnet_id      = azurerm_subnet.nodes.id
  nat_gateway_id = azurerm_nat_gateway.this.id

  depends_on = [azurerm_nat_gateway_public_ip_association.this]
}
