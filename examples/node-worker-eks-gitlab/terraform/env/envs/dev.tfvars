environment          = "dev"
account_id           = "" # fill in: aws sts get-caller-identity --query Account --output text
vpc_cidr             = "10.87.0.0/20"
single_nat_gateway   = true
admin_principal_arns = [] # fill in: the role that your administrators take, "arn:aws:iam::<account>:role/<name>"
