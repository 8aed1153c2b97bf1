"""Faults that `terraform validate` passes and a rehearsal finds.

By name, the code, and the message.
"""

from __future__ import annotations

VPC = """\
terraform {
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 5.100"
    }
  }
}

provider "aws" {
  region = "eu-central-1"
}

resource "aws_vpc" "this" {
  cidr_block = "10.0.0.0/16"
}
"""

FAULTS: dict[str, tuple[str, str]] = {
    "a value that a validation refuses": (
        """
variable "nodes" {
  type    = number
  default = 1
  validation {
    condition     = var.nodes >= 2
    error_message = "nodes: at least 2."
  }
}
""",
        "nodes: at least 2.",
    ),
    "for_each over what is not known yet": (
        """
resource "aws_subnet" "each" {
  for_each   = toset([aws_vpc.this.id])
  vpc_id     = each.value
  cidr_block = "10.0.1.0/24"
}
""",
        "Invalid for_each argument",
    ),
    "count by what is not known yet": (
        """
resource "aws_subnet" "counted" {
  count      = aws_vpc.this.owner_id == "1" ? 1 : 0
  vpc_id     = aws_vpc.this.id
  cidr_block = "10.0.1.0/24"
}
""",
        "Invalid count argument",
    ),
    "an index past the end": (
        """
variable "zones" {
  default = ["a", "b"]
}
resource "aws_subnet" "third" {
  vpc_id            = aws_vpc.this.id
  cidr_block        = "10.0.1.0/24"
  availability_zone = var.zones[2]
}
""",
        "Invalid index",
    ),
    "a key that no map has": (
        """
variable "sizes" {
  default = { dev = "10.0.1.0/24" }
}
variable "environment" {
  default = "qa"
}
resource "aws_subnet" "sized" {
  vpc_id     = aws_vpc.this.id
  cidr_block = var.sizes[var.environment]
}
""",
        "Invalid index",
    ),
    "a subnet larger than its network": (
        """
resource "aws_subnet" "large" {
  vpc_id     = aws_vpc.this.id
  cidr_block = cidrsubnet(aws_vpc.this.cidr_block, 20, 0)
}
""",
        "cidrsubnet",
    ),
    "more subnets than addresses": (
        """
resource "aws_subnet" "many" {
  count      = 3
  vpc_id     = aws_vpc.this.id
  cidr_block = cidrsubnet(aws_vpc.this.cidr_block, 1, count.index)
}
""",
        "cidrsubnet",
    ),
    "a time in a tag": (
        """
resource "aws_internet_gateway" "timed" {
  vpc_id = aws_vpc.this.id
  tags   = { applied = timestamp() }
}
""",
        "update aws_internet_gateway.timed (tags",
    ),
    "a random name": (
        """
resource "aws_kms_alias" "random" {
  name          = "alias/${uuid()}"
  target_key_id = aws_vpc.this.id
}
""",
        "replace aws_kms_alias.random (",
    ),
    "an output that is another each time": (
        """
output "stamp" {
  value = timestamp()
}
""",
        "update output.stamp",
    ),
    "one bucket twice": (
        """
resource "aws_s3_bucket" "first" {
  bucket = "logs-of-example-org"
}
resource "aws_s3_bucket" "second" {
  bucket = "logs-of-example-org"
}
""",
        "aws_s3_bucket logs-of-example-org already exists",
    ),
    "one role twice": (
        """
resource "aws_iam_role" "deploy" {
  count              = 2
  name               = "deploy"
  assume_role_policy = "{}"
}
""",
        "aws_iam_role deploy already exists",
    ),
    "two policies for one bucket": (
        """
resource "aws_s3_bucket" "this" {
  bucket = "fought-over-by-example-org"
}
resource "aws_s3_bucket_policy" "tls" {
  bucket = aws_s3_bucket.this.id
  policy = jsonencode({ Statement = ["tls"] })
}
resource "aws_s3_bucket_policy" "vpc" {
  bucket     = aws_s3_bucket.this.id
  policy     = jsonencode({ Statement = ["vpc"] })
  depends_on = [aws_s3_bucket_policy.tls]
}
""",
        "update aws_s3_bucket_policy.tls (policy)",
    ),
    "a precondition that fails": (
        """
resource "aws_internet_gateway" "checked" {
  vpc_id = aws_vpc.this.id
  lifecycle {
    precondition {
      condition     = aws_vpc.this.cidr_block != "10.0.0.0/16"
      error_message = "10.0.0.0/16 is taken."
    }
  }
}
""",
        "10.0.0.0/16 is taken.",
    ),
    "keys that are the same": (
        """
variable "names" {
  default = ["a", "a"]
}
output "keyed" {
  value = { for name in var.names : name => name }
}
""",
        "Duplicate object key",
    ),
    "a file that one environment lacks": (
        """
variable "environment" {
  default = "qa"
}
output "policy" {
  value = file("${path.module}/${var.environment}.json")
}
""",
        "Invalid function argument",
    ),
    "JSON that does not parse": (
        """
variable "policy" {
  default = "{'Version': 1}"
}
output "version" {
  value = jsondecode(var.policy).Version
}
""",
        "jsondecode",
    ),
    "a word that is no number": (
        """
variable "nodes" {
  default = "three"
}
output "nodes" {
  value = tonumber(var.nodes) + 1
}
""",
        'cannot convert "three" to number',
    ),
    "more zones than a region has": (
        """
variable "zones" {
  default = ["a", "b"]
}
resource "aws_subnet" "each" {
  for_each          = toset(slice(var.zones, 0, 3))
  vpc_id            = aws_vpc.this.id
  cidr_block        = "10.0.1.0/24"
  availability_zone = each.value
}
""",
        "end index must not be greater",
    ),
    "an element of nothing": (
        """
variable "subnets" {
  type    = list(string)
  default = []
}
output "first" {
  value = element(var.subnets, 0)
}
""",
        "element",
    ),
    "a null where none may be": (
        """
variable "vpc" {
  type    = object({ name = optional(string) })
  default = {}
}
output "name" {
  value = "vpc-${var.vpc.name}"
}
""",
        "Invalid template interpolation value",
    ),
    "a template without its variable": (
        """
variable "template" {
  default = "$${name} in $${region}"
}
output "text" {
  value = templatestring(var.template, { name = "a" })
}
""",
        "templatestring",
    ),
}
