variable "TAG" { default = "latest" }
target "tool" {
  context = "./tool"
  matrix = { v = ["a", "b"] }
  name = "tool-${v}"
  tags = ["tool-${v}:${TAG}"]
}
