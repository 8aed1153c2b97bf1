environment   = "staging"
cidr          = "10.20.0.0/16"
instance_type = "t4g.medium"
queue_name    = "ledger-staging-payments"
