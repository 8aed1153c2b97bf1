module "network" {
  source = "./modules/network"
  name   = "ledger-${var.environment}"
  cidr   = var.cidr
}

module "service" {
  source        = "./modules/service"
  name          = "ledger-${var.environment}"
  subnet_ids    = module.network.subnet_ids
  instance_type = var.instance_type
  queue_name    = var.queue_name
  user_data     = file("${path.module}/../ci/verify.sh")
}

resource "random_password" "database" {
  length = 32
}

resource "aws_db_instance" "ledger" {
  identifier        = "ledger-${var.environment}"
  engine            = "postgres"
  engine_version    = "17"
  instance_class    = "db.t4g.small"
  allocated_storage = 20
  multi_az          = var.database_multi_az
  username          = "ledger"
  password          = random_password.database.result
}
