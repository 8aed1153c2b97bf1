# Values that AWS would answer with, in the form that the provider accepts.

mock_data "aws_partition" {
  defaults = { partition = "aws" }
}

mock_data "aws_eks_cluster" {
  defaults = { arn = "arn:aws:eks:eu-central-1:111122223333:cluster/mock" }
}

mock_resource "aws_iam_role" {
  defaults = { arn = "arn:aws:iam::111122223333:role/mock" }
}
