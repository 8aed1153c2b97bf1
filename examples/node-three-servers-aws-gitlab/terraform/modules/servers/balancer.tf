# From two servers on: a load balancer has the certificate, and sends a request to a server that reports ready.

#trivy:ignore:AWS-0053 the service is public
resource "aws_lb" "this" {
  #checkov:skip=CKV_AWS_91:Each request is in the log of the service, with its trace id; a bucket for another copy has to be asked for
  #checkov:skip=CKV2_AWS_28:A web application firewall is a decision of its own: 5 $ a month and a list of rules to look after
  count = local.balanced ? 1 : 0

  name                       = "${var.name}-lb"
  load_balancer_type         = "application"
  subnets                    = var.public_subnet_ids
  security_groups            = [for group in aws_security_group.balancer : group.id]
  drop_invalid_header_fields = true
  enable_deletion_protection = true

  tags = { Name = var.name }
}

resource "aws_security_group" "balancer" {
  count = local.balanced ? 1 : 0

  name_prefix = "${var.name}-balancer-"
  description = "Load balancer of ${var.name}"
  vpc_id      = var.vpc_id

  dynamic "ingress" {
    for_each = { http = 80, https = 443 }

    content {
      description = "${ingress.key}, from everywhere; http only leads to https"
      from_port   = ingress.value
      to_port     = ingress.value
      protocol    = "tcp"
      cidr_blocks = ["0.0.0.0/0"]
    }
  }

  egress {
    description = "To the servers"
    from_port   = 80
    to_port     = 80
    protocol    = "tcp"
    cidr_blocks = [for subnet in var.subnets : subnet.cidr]
  }

  tags = { Name = "${var.name}-balancer" }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_lb_target_group" "this" {
  count = local.balanced ? 1 : 0

  name                 = var.name
  port                 = 80
  protocol             = "HTTP"
  vpc_id               = var.vpc_id
  deregistration_delay = 15 # a server that is restarted takes itself out: it answers that it is not ready, and goes on serving

  health_check {
    path                = "/readyz"
    matcher             = "200"
    interval            = 5
    timeout             = 3
    healthy_threshold   = 2
    unhealthy_threshold = 2
  }

  tags = { Name = var.name }
}

resource "aws_lb_target_group_attachment" "this" {
  for_each = local.balanced ? local.servers : {}

  target_group_arn = aws_lb_target_group.this[0].arn
  target_id        = aws_instance.server[each.key].id
  port             = 80
}

resource "aws_lb_listener" "https" {
  count = local.balanced ? 1 : 0

  load_balancer_arn = aws_lb.this[0].arn
  port              = 443
  protocol          = "HTTPS"
  ssl_policy        = "ELBSecurityPolicy-TLS13-1-2-2021-06"
  certificate_arn   = var.certificate_arn

  default_action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.this[0].arn
  }
}

resource "aws_lb_listener" "http" {
  count = local.balanced ? 1 : 0

  load_balancer_arn = aws_lb.this[0].arn
  port              = 80
  protocol          = "HTTP"

  default_action {
    type = "redirect"

    redirect {
      port        = "443"
      protocol    = "HTTPS"
      status_code = "HTTP_301"
    }
  }
}
