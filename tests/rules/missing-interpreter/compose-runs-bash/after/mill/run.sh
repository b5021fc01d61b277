set -e
ruby -e "puts 1"
