#!/bin/sh
set -eu
kubectl apply -f manifests/notes.yml
