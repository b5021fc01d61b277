Rails.application.routes.draw do
  root "orders#index"
  constraints(subdomain: "ops") do
    get "up", to: "ops#up"
  end
end
