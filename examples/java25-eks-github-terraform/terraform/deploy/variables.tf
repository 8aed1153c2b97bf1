variable "service" {
  description = "Name of the service: also of its namespace, its release and its chart."
  type        = string
}

variable "environment" {
  description = "dev, qa or prod: chooses values-<environment>.yaml of the chart."
  type        = string

  validation {
    condition     = contains(["dev", "qa", "prod"], var.environment)
    error_message = "The environment is dev, qa or prod."
  }
}

variable "image" {
  description = "Registry and name of the image, without tag and digest."
  type        = string

  validation {
    condition     = can(regex("^[a-z0-9.-]+(:[0-9]+)?(/[a-z0-9._-]+)+$", var.image))
    error_message = "The image is <registry>/<name>, without tag and digest."
  }
}

variable "digest" {
  description = "Image to run: the digest that `make push` wrote to build/digest."
  type        = string

  validation {
    condition     = can(regex("^sha256:[0-9a-f]{64}$", var.digest))
    error_message = "The digest is sha256: and 64 hexadecimal digits. A tag can be moved, so it is not accepted."
  }
}

variable "revision" {
  description = "Git commit of the image, shown by Helm and as a label."
  type        = string

  validation {
    condition     = can(regex("^[0-9a-f]{7,40}$", var.revision))
    error_message = "The revision is a Git commit."
  }
}

variable "description" {
  description = "Description of the release in `helm history`, if it is not just the commit: Rollback to 4."
  type        = string
  default     = null
}

variable "kubeconfig" {
  description = "File with the login to the cluster of this environment. ci/deploy.sh writes one for each environment."
  type        = string
}
