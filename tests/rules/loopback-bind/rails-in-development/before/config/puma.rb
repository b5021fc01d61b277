max_threads = ENV.fetch("RAILS_MAX_THREADS", 5)
threads 5, max_threads

# Where it listens.
port ENV.fetch("PORT", 3000)
