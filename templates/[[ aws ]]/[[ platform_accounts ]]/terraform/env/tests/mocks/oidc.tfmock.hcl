mock_data "aws_iam_openid_connect_provider" {
  defaults = { client_id_list = ["sts.amazonaws.com"] }
}
