environment   = "dev"
cidr          = "10.10.0.0/16"
instance_type = "t4g.small"
queue_name    = "ledger-dev-payments"
