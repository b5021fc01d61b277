defmodule OwlWeb.Endpoint do
  use Phoenix.Endpoint, otp_app: :owl

  # socket "/old", OwlWeb.OldSocket
  socket "/socket", OwlWeb.UserSocket,
    websocket: false,
    longpoll: true

  plug OwlWeb.Router
end
