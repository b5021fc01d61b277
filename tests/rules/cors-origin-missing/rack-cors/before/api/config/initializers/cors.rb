Rails.application.config.middleware.insert_before 0, Rack::Cors do
  allow do
    # origins '*'
    origins 'http://localhost:3000', 'http://localhost:5173'
    resource '*', headers: :any, methods: [:get]
  end
end
