Rails.application.routes.draw do
  # mount ActionCable.server => "/cable"
  resource :cable, only: :show
  resources :crossings
end
