environment  = "prod"
account_id   = "" # fill in: aws sts get-caller-identity --query Account --output text
cluster_name = "platform-prod"
