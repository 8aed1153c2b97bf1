output "release" {
  description = "What runs: release, environment, digest and commit."
  value = {
    name        = helm_release.service.name
    environment = var.environment
    digest      = var.digest
    revision    = var.revision
  }
}
