# The machines of one environment. No one logs in to them: they have no SSH and no key, commands come through
# Systems Manager, and each call of it is in the log of the account.

locals {
  servers  = { for number in range(1, var.servers + 1) : "${var.name}-${number}" => number - 1 }
  balanced = var.servers > 1
  watcher  = "${var.name}-monitoring"
  public   = local.balanced ? {} : { http = 80, https = 443 }

  # Addresses that a machine keeps when it is made again: Prometheus looks for the servers there.
  addresses = { for name, index in local.servers : name => cidrhost(local.subnets[name].cidr, 16 + index) }
  subnets   = { for name, index in local.servers : name => var.subnets[index % length(var.subnets)] }

  # Software that the machine needs before it takes commands. The rest is server/playbook.yml, with each deployment.
  user_data = templatefile("${path.module}/cloud-init.yaml.tftpl", {
    region        = var.region
    agent_version = "3.3.859.0"
    installer     = filebase64("${path.module}/install-ssm-agent.sh")
  })
}

data "aws_partition" "current" {}

# Debian 13 as Debian publishes it. A newer image makes no new machine: security updates come every night by themselves.
data "aws_ssm_parameter" "debian" {
  name = "/aws/service/debian/release/13/latest/amd64"
}

resource "aws_instance" "server" {
  #checkov:skip=CKV_AWS_126:Metrics each minute cost extra
  for_each = local.servers

  ami                         = data.aws_ssm_parameter.debian.insecure_value
  instance_type               = var.instance_type
  subnet_id                   = local.subnets[each.key].id
  private_ip                  = local.addresses[each.key]
  vpc_security_group_ids      = [aws_security_group.server.id]
  iam_instance_profile        = aws_iam_instance_profile.server.name
  associate_public_ip_address = !local.balanced
  user_data                   = local.user_data
  ebs_optimized               = true
  monitoring                  = false # metrics each minute cost, and come from the machine itself
  disable_api_termination     = false # nothing on its disk is needed again

  metadata_options {
    http_tokens                 = "required"
    http_put_response_hop_limit = 1 # the machine itself, and no container on it
  }

  root_block_device {
    volume_type = "gp3"
    volume_size = var.disk_gib
    encrypted   = true
    kms_key_id  = var.kms_key_arn
  }

  tags = { Name = each.key, role = "server" }

  lifecycle {
    ignore_changes = [ami, user_data]
  }
}

# The one server keeps its address when it is made again. Behind a load balancer none has a public one.
resource "aws_eip" "server" {
  for_each = local.balanced ? {} : local.servers

  domain   = "vpc"
  instance = aws_instance.server[each.key].id

  tags = { Name = each.key }
}

resource "aws_security_group" "server" {
  name_prefix = "${var.name}-server-"
  description = "Servers of ${var.name}"
  vpc_id      = var.vpc_id

  # Rules are inside their group: a rule added by hand is then drift.
  dynamic "ingress" {
    for_each = local.public

    content {
      description = "${ingress.key}, from everywhere; http only leads to https"
      from_port   = ingress.value
      to_port     = ingress.value
      protocol    = "tcp"
      cidr_blocks = ["0.0.0.0/0"]
    }
  }

  dynamic "ingress" {
    for_each = aws_security_group.balancer

    content {
      description     = "Requests, and the question whether the server is ready"
      from_port       = 80
      to_port         = 80
      protocol        = "tcp"
      security_groups = [ingress.value.id]
    }
  }

  dynamic "ingress" {
    for_each = var.monitoring ? { service = 9180, machine = 9100 } : {}

    content {
      description     = "Metrics of the ${ingress.key}, for Prometheus alone"
      from_port       = ingress.value
      to_port         = ingress.value
      protocol        = "tcp"
      security_groups = [for group in aws_security_group.monitoring : group.id]
    }
  }

  dynamic "egress" {
    for_each = toset(var.egress_ports)

    content {
      description = "Packages, images, AWS, and what the service calls"
      from_port   = egress.value
      to_port     = egress.value
      protocol    = "tcp"
      cidr_blocks = ["0.0.0.0/0"]
    }
  }

  tags = { Name = "${var.name}-server" }

  lifecycle {
    create_before_destroy = true
  }
}

# ---- the name

resource "aws_route53_record" "this" {
  count = var.hosted_zone_id == "" ? 0 : 1

  zone_id = var.hosted_zone_id
  name    = var.host
  type    = "A"
  ttl     = local.balanced ? null : 60
  records = local.balanced ? null : [for address in aws_eip.server : address.public_ip]

  dynamic "alias" {
    for_each = aws_lb.this

    content {
      name                   = alias.value.dns_name
      zone_id                = alias.value.zone_id
      evaluate_target_health = true
    }
  }
}
