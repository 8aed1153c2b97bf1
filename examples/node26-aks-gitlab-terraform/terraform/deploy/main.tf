# Installs the chart of the service. The environment, the digest and the commit come from the pipeline, everything else from
# the chart and its values.

locals {
  chart = "${path.module}/../../helm/${var.service}"
}

resource "helm_release" "service" {
  name        = var.service
  namespace   = var.service
  chart       = local.chart
  description = coalesce(var.description, var.revision)

  values = [file("${local.chart}/values-${var.environment}.yaml")]

  set = [
    { name = "image.repository", value = var.image, type = "string" },
    { name = "image.digest", value = var.digest, type = "string" },
    { name = "revision", value = var.revision, type = "string" },
  ]

  # The namespace and its rules belong to the platform.
  create_namespace = false

  # Fails when the new pods do not become ready. The failed release stays, for its evidence; ci/deploy.sh collects that and
  # then puts the old digest back.
  wait            = true
  timeout         = 600
  atomic          = false
  cleanup_on_fail = false
  max_history     = 10
}
