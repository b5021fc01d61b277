Rails.application.routes.draw do
  # Define your application routes per the DSL.
  get "up" => "rails/health#show", as: :rails_health_check

  mount Spree::Core::Engine, at: "/"
  resources :orders, only: %i[index show] do
    get :status, on: :member
  end
end
