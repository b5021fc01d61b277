defmodule Owl.MixProject do
  use Mix.Project

  def project, do: [app: :owl, version: "0.1.0", deps: [{:phoenix, "~> 1.7"}]]
end
