#!/usr/bin/env bash
set -euo pipefail

NAMESPACE=${1:?}
sed "s/__NAME__/tide/; s/__NAMESPACE__/$NAMESPACE/" k8s/service.yaml.tpl | kubectl apply -f -
