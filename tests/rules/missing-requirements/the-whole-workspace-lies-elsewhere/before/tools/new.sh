#!/bin/sh
set -eu
cat > Cargo.toml << EOF
[package]
name = "$1"
EOF
