environment          = "prod"
account_id           = "123456789012" # fill in: aws sts get-caller-identity --query Account --output text
vpc_cidr             = "10.30.0.0/16"
admin_principal_arns = ["arn:aws:iam::123456789012:role/admin"] # fill in: the role that your administrators take, "arn:aws:iam::<account>:role/<name>"
