#!/bin/sh
exec bundle exec ruby app/main.rb
