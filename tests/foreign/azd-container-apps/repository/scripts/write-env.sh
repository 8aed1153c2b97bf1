#!/bin/sh
set -eu
azd env get-values >.env
