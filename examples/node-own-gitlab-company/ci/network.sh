# The network of the company: from where images, tools and packages come, through which proxy, and which CA counts besides
# those of the system. Every script reads it through ci/settings.sh; what it cannot know is on docs/company-network.md.
# shellcheck shell=bash

# A folder for each registry, by its host. trivy reads what it looks for from there, too.
export TRIVY_DB_REPOSITORY="registry.example.com/mirror/ghcr.io/aquasecurity/trivy-db:2"
export TRIVY_JAVA_DB_REPOSITORY="registry.example.com/mirror/ghcr.io/aquasecurity/trivy-java-db:1"
export TRIVY_CHECKS_BUNDLE_REPOSITORY="registry.example.com/mirror/ghcr.io/aquasecurity/trivy-checks:1"

# A folder for each host. mise.toml and ci/terraform.rc name it for mise and for Terraform. mise would ask public hosts who built
# a tool, past its mirror: the checksums of mise.lock decide instead.
export MISE_AQUA_COSIGN=false MISE_AQUA_SLSA=false MISE_AQUA_MINISIGN=false MISE_AQUA_GITHUB_ATTESTATIONS=false
export TF_CLI_CONFIG_FILE="${TF_CLI_CONFIG_FILE:-$PWD/ci/terraform.rc}"

# Packages that uv installs: the scaffolder.
export UV_DEFAULT_INDEX="https://mirror.example.com/pypi.org/simple"

# The packages of the service.
export NPM_CONFIG_REGISTRY="https://mirror.example.com/npm"

# Not for what is inside: this machine, the networks of the clusters, and the hosts of the company.
export HTTP_PROXY="http://proxy.example.com:3128" HTTPS_PROXY="http://proxy.example.com:3128"
export NO_PROXY="localhost,127.0.0.1,::1,buildkit,.svc,.cluster.local,10.0.0.0/8,172.16.0.0/12,192.168.0.0/16,169.254.169.254,git.example.com,registry.example.com,mirror.example.com"
export http_proxy="$HTTP_PROXY" https_proxy="$HTTPS_PROXY" no_proxy="$NO_PROXY" # as curl and others spell them

# Most programs read one file of CAs and no second one: it gets those of the system, and the company's.
company_ca="$PWD/ci/company-ca.pem"
if ! grep -q "BEGIN CERTIFICATE" "$company_ca"; then
  echo "warning: ci/company-ca.pem holds no certificate yet: only the CAs of the system are trusted" >&2
elif [ "${DRY_RUN:-0}" != 1 ]; then
  ca_bundle="$PWD/build/ca-bundle.pem"
  if [ ! -s "$ca_bundle" ] || [ "$company_ca" -nt "$ca_bundle" ]; then
    mkdir -p build
    for system_cas in /etc/ssl/certs/ca-certificates.crt /etc/pki/tls/certs/ca-bundle.crt /etc/ssl/cert.pem; do
      if [ -f "$system_cas" ]; then break; fi
    done
    cat "$system_cas" "$company_ca" >"$ca_bundle.$$"
    mv -f "$ca_bundle.$$" "$ca_bundle"
  fi
  export SSL_CERT_FILE="$ca_bundle" CURL_CA_BUNDLE="$ca_bundle" GIT_SSL_CAINFO="$ca_bundle" # Go, OpenSSL and uv; curl; git
  export REQUESTS_CA_BUNDLE="$ca_bundle" AWS_CA_BUNDLE="$ca_bundle" PIP_CERT="$ca_bundle" NODE_EXTRA_CA_CERTS="$company_ca"
fi
