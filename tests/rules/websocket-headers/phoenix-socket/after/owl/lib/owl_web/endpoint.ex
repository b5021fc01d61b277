defmodule OwlWeb.Endpoint do
  use Phoenix.Endpoint, otp_app: :owl

  # socket "/old", OwlWeb.OldSocket
  socket "/socket", OwlWeb.UserSocket,
    websocket: true,
    longpoll: false

  plug OwlWeb.Router
end
