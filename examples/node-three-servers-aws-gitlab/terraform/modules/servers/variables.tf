variable "name" {
  description = "Prefix of the names of the machines: <service>-<environment>."
  type        = string
}

variable "service" {
  description = "Name of the service, and of its image repository."
  type        = string
}

variable "region" {
  description = "Region of the machines."
  type        = string
}

variable "account_id" {
  description = "Account of the machines."
  type        = string
}

variable "registry_account_id" {
  description = "Account of the image registry."
  type        = string
}

variable "vpc_id" {
  description = "Network of the machines."
  type        = string
}

variable "subnets" {
  description = "Subnets of the machines, one for each zone: id and addresses."
  type        = list(object({ id = string, cidr = string }))
}

variable "public_subnet_ids" {
  description = "Subnets of the load balancer, one for each zone."
  type        = list(string)
}

variable "servers" {
  description = "How many serve. From two on a load balancer is before them, and none has a public address."
  type        = number
}

variable "monitoring" {
  description = "Whether one machine more watches the others."
  type        = bool
}

variable "instance_type" {
  description = "Type of the machines (x86-64)."
  type        = string
}

variable "monitoring_type" {
  description = "Type of the machine that watches (x86-64): Prometheus, Alertmanager and Grafana want 2 GiB."
  type        = string
}

variable "disk_gib" {
  description = "Disk of a server, in GiB."
  type        = number
}

variable "monitoring_disk_gib" {
  description = "Disk of the machine that watches, in GiB: 30 days of metrics."
  type        = number
}

variable "egress_ports" {
  description = "Ports that the servers may call."
  type        = list(number)
}

variable "host" {
  description = "Host name of the service."
  type        = string
}

variable "hosted_zone_id" {
  description = "Zone of Route 53 that gets the record of the host name; empty: the record is made elsewhere."
  type        = string
}

variable "certificate_arn" {
  description = "Certificate of the load balancer; the one server gets its own by itself."
  type        = string
  default     = ""
}

variable "kms_key_arn" {
  description = "Key that encrypts disks and logs."
  type        = string
}

variable "log_retention_days" {
  description = "Days that the output of commands is kept."
  type        = number
}
