Rails.application.routes.draw do
  namespace :api do
    scope "v1" do
      get "/ping", to: "status#ping"
      resources :items
    end
  end
  devise_for :users, path: "accounts"
end
