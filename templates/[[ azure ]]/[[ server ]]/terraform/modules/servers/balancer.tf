# From two servers on: a load balancer sends a connection to a server that reports ready. TLS ends at the servers.

resource "azurerm_public_ip" "balancer" {
  count = local.balanced ? 1 : 0

  name                = var.name
  resource_group_name = var.resource_group_name
  location            = var.region
  tags                = var.tags
  allocation_method   = "Static"
  sku                 = "Standard"
  zones               = var.zones
}

resource "azurerm_lb" "this" {
  count = local.balanced ? 1 : 0

  name                = var.name
  resource_group_name = var.resource_group_name
  location            = var.region
  tags                = var.tags
  sku                 = "Standard"

  frontend_ip_configuration {
    name                 = "public"
    public_ip_address_id = azurerm_public_ip.balancer[0].id
  }
}

resource "azurerm_lb_backend_address_pool" "servers" {
  count = local.balanced ? 1 : 0

  name            = "servers"
  loadbalancer_id = azurerm_lb.this[0].id
}

resource "azurerm_network_interface_backend_address_pool_association" "server" {
  for_each = local.balanced ? local.servers : {}

  network_interface_id    = azurerm_network_interface.this[each.key].id
  ip_configuration_name   = "internal"
  backend_address_pool_id = azurerm_lb_backend_address_pool.servers[0].id
}

resource "azurerm_lb_probe" "ready" {
  count = local.balanced ? 1 : 0

  name                = "ready"
  loadbalancer_id     = azurerm_lb.this[0].id
  protocol            = "Http"
  port                = 80
  request_path        = "/readyz"
  interval_in_seconds = 5
  number_of_probes    = 2
}

resource "azurerm_lb_rule" "web" {
  for_each = local.balanced ? { http = 80, https = 443 } : {}

  name                           = each.key
  loadbalancer_id                = azurerm_lb.this[0].id
  protocol                       = "Tcp"
  frontend_port                  = each.value
  backend_port                   = each.value
  frontend_ip_configuration_name = "public"
  backend_address_pool_ids       = [azurerm_lb_backend_address_pool.servers[0].id]
  probe_id                       = azurerm_lb_probe.ready[0].id
  disable_outbound_snat          = true
}

# ---- the name

resource "azurerm_dns_a_record" "this" {
  count = var.dns_zone == "" ? 0 : 1

  name                = trimsuffix(var.host, ".${var.dns_zone}")
  zone_name           = var.dns_zone
  resource_group_name = var.dns_zone_resource_group
  ttl                 = 60
  target_resource_id  = local.balanced ? azurerm_public_ip.balancer[0].id : azurerm_public_ip.machine["${var.name}-1"].id
  tags                = var.tags
}
