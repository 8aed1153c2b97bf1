# ---- which environment: envs/<environment>.tfvars

variable "environment" {
  description = "Name of the environment."
  type        = string

  validation {
    condition     = contains(["dev", "qa", "prod"], var.environment)
    error_message = "environment: dev, qa or prod."
  }
}

variable "subscription_id" {
  description = "The subscription of this environment."
  type        = string

  validation {
    condition     = can(regex("^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$", var.subscription_id))
    error_message = "subscription_id: fill in what `az account show --query id --output tsv` prints."
  }
}

variable "cluster_name" {
  description = "Cluster of the platform that runs this environment; it is in the subscription of the environment."
  type        = string

  validation {
    condition     = can(regex("^[A-Za-z0-9][A-Za-z0-9_-]{0,61}[A-Za-z0-9]$", var.cluster_name))
    error_message = "cluster_name: 2 to 63 letters, digits, dashes and underscores, as `az aks list --query [].name` prints it."
  }
}

variable "cluster_resource_group" {
  description = "Resource group of that cluster."
  type        = string
}

variable "nodes_principal_id" {
  description = "Identity of the nodes of that cluster: it reads the images."
  type        = string

  validation {
    condition     = can(regex("^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$", var.nodes_principal_id))
    error_message = "nodes_principal_id: fill in what `az aks show --resource-group <group> --name <cluster> --query identityProfile.kubeletidentity.objectId --output tsv` prints."
  }
}

# ---- the same in every environment: envs/common.tfvars

variable "service" {
  description = "Name of the service; the resource group of its identities is called <service>-<environment>."
  type        = string

  validation {
    condition     = can(regex("^[a-z]([a-z0-9-]{0,18}[a-z0-9])?$", var.service)) && !strcontains(var.service, "--")
    error_message = "service: 1 to 20 lower-case letters, digits and single dashes, starting with a letter."
  }
}

variable "region" {
  description = "Region of the identities."
  type        = string
}

variable "pipelines" {
  description = "Pipelines that deploy and look for drift, by CI system: token issuer (host name and path), audience, and for each environment the exact subject."
  type = map(object({
    issuer          = string
    audience        = string
    deploy_subjects = map(string)
    drift_subjects  = map(string)
  }))

  validation {
    condition     = length(var.pipelines) > 0
    error_message = "pipelines: at least one, or no pipeline could take the roles."
  }

  validation {
    condition     = alltrue([for pipeline in var.pipelines : contains(keys(pipeline.deploy_subjects), var.environment) && contains(keys(pipeline.drift_subjects), var.environment)])
    error_message = "pipelines: each needs a subject for this environment."
  }

  validation {
    condition = alltrue(flatten([for pipeline in var.pipelines : [
      for value in concat([pipeline.issuer], values(pipeline.deploy_subjects), values(pipeline.drift_subjects)) : !can(regex("[A-Z]{3,}_[A-Z]{2,}", value))
    ]]))
    error_message = "pipelines: replace the words in capitals, such as OWNER_ID, by the values of your repository (terraform/README.md, step 1)."
  }
}

variable "registry_name" {
  description = "Registry of shared, from which the nodes pull."
  type        = string
}

variable "state_storage_account" {
  description = "Storage account of the state, which the drift identity reads."
  type        = string
}

variable "shared_subscription_id" {
  description = "Subscription of bootstrap and shared. Null: that of the environment."
  type        = string
}
