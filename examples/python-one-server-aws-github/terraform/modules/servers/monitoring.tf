# The machine that watches the others. It is none of them: a machine that is gone cannot report it itself.

resource "aws_instance" "monitoring" {
  #checkov:skip=CKV_AWS_126:Metrics each minute cost extra
  count = var.monitoring ? 1 : 0

  ami                         = data.aws_ssm_parameter.debian.insecure_value
  instance_type               = var.monitoring_type
  subnet_id                   = var.subnets[0].id
  private_ip                  = cidrhost(var.subnets[0].cidr, 32)
  vpc_security_group_ids      = [for group in aws_security_group.monitoring : group.id]
  iam_instance_profile        = aws_iam_instance_profile.monitoring[0].name
  associate_public_ip_address = !local.balanced # its way out; nothing comes in
  user_data                   = local.user_data
  ebs_optimized               = true
  monitoring                  = false # metrics each minute cost, and come from the machine itself
  disable_api_termination     = false

  metadata_options {
    http_tokens                 = "required"
    http_put_response_hop_limit = 1 # the machine itself, and no container on it
  }

  root_block_device {
    volume_type = "gp3"
    volume_size = var.monitoring_disk_gib
    encrypted   = true
    kms_key_id  = var.kms_key_arn
  }

  tags = { Name = local.watcher, role = "monitoring" }

  lifecycle {
    ignore_changes = [ami, user_data]
  }
}

#trivy:ignore:AWS-0104 packages, images and the chat are everywhere; both ports are those of the web
resource "aws_security_group" "monitoring" {
  count = var.monitoring ? 1 : 0

  name_prefix = "${var.name}-monitoring-"
  description = "Monitoring of ${var.name}: nothing comes in"
  vpc_id      = var.vpc_id

  dynamic "egress" {
    for_each = { service = 9180, machine = 9100 }

    content {
      description = "Metrics of the ${egress.key}"
      from_port   = egress.value
      to_port     = egress.value
      protocol    = "tcp"
      cidr_blocks = [for subnet in var.subnets : subnet.cidr]
    }
  }

  dynamic "egress" {
    for_each = { http = 80, https = 443 }

    content {
      description = "Packages, images, AWS and the chat: ${egress.key}"
      from_port   = egress.value
      to_port     = egress.value
      protocol    = "tcp"
      cidr_blocks = ["0.0.0.0/0"]
    }
  }

  tags = { Name = "${var.name}-monitoring" }

  lifecycle {
    create_before_destroy = true
  }
}
