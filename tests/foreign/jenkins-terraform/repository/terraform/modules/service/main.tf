resource "aws_sqs_queue" "payments" {
  name = var.queue_name
}

resource "aws_launch_template" "this" {
  name_prefix   = var.name
  instance_type = var.instance_type
  user_data = base64encode(templatefile("${path.module}/cloud-init.yaml", {
    name   = var.name
    script = var.user_data
    queue  = aws_sqs_queue.payments.url
  }))
}
