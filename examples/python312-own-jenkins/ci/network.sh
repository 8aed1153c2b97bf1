# The network of the company: from where images, tools and packages come, through which proxy, and which CA counts besides
# those of the system. Every script reads it through ci/settings.sh; what it cannot know is on docs/company-network.md.
# shellcheck shell=bash

# The packages of the service.
export PIP_INDEX_URL="https://mirror.example.com/pypi/simple" UV_DEFAULT_INDEX="https://mirror.example.com/pypi/simple"
