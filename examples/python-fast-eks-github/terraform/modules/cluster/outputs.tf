output "name" {
  description = "Name of the cluster."
  value       = aws_eks_cluster.this.name
}

output "shape" {
  description = "Values that must be the same in every environment."
  value = {
    kubernetes  = aws_eks_cluster.this.version
    support     = aws_eks_cluster.this.upgrade_policy[0].support_type
    logs        = sort(aws_eks_cluster.this.enabled_cluster_log_types)
    log_days    = aws_cloudwatch_log_group.this.retention_in_days
    private_api = aws_eks_cluster.this.vpc_config[0].endpoint_private_access
    public_api  = aws_eks_cluster.this.vpc_config[0].endpoint_public_access
    addons      = { for addon in concat(values(aws_eks_addon.before_nodes), values(aws_eks_addon.after_nodes)) : addon.addon_name => addon.addon_version }

    nodes = {
      image     = aws_eks_node_group.this.ami_type
      types     = aws_eks_node_group.this.instance_types
      min       = aws_eks_node_group.this.scaling_config[0].min_size
      max       = aws_eks_node_group.this.scaling_config[0].max_size
      disk_gib  = aws_launch_template.nodes.block_device_mappings[0].ebs[0].volume_size
      hop_limit = aws_launch_template.nodes.metadata_options[0].http_put_response_hop_limit
    }
  }
}
