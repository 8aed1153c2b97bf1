mock_resource "aws_secretsmanager_secret" {
  defaults = { arn = "arn:aws:secretsmanager:eu-central-1:111122223333:secret:mock-AbCdEf" }
}
