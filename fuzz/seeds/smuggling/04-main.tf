resource "acme_pool" "web" {
  # how many
  size = 5
  name = "x"

  tag {
    a = var.b
  }
}
