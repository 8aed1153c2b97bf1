environment   = "prod"
cidr          = "10.30.0.0/16"
instance_type = "m7g.large"
queue_name    = "ledger-staging-payments"
