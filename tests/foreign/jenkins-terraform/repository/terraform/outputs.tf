output "database_endpoint" {
  value = aws_db_instance.ledger.endpoint
}

output "database_password" {
  value     = random_password.database.result
  sensitive = true
}
