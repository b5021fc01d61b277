Rails.application.config.middleware.insert_before 0, Probes::Middleware
