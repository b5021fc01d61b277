#!/bin/sh
set -e
exec bundle exec ruby app/main.rb
