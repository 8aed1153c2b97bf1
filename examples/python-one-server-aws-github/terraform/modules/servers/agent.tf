# The agent that takes commands on the machines keeps itself up to date: an old one is a program of root that listens to the cloud.

resource "aws_ssm_association" "agent" {
  name             = "AWS-UpdateSSMAgent" # of AWS; the agent verifies what it downloads against a signed list
  association_name = "${var.name}-update-agent"

  schedule_expression = "rate(7 days)"
  compliance_severity = "MEDIUM"
  max_concurrency     = "1"
  max_errors          = "1"

  targets {
    key    = "InstanceIds"
    values = concat([for server in aws_instance.server : server.id], [for watcher in aws_instance.monitoring : watcher.id])
  }
}
