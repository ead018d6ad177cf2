package main

import data.lib.names

deny_root[msg] {
  input.kind == "Deployment"
  container := input.spec.template.spec.containers[_]
  not container.securityContext.runAsNonRoot
  msg := sprintf("%s: the container %s may run as root", [names.shown(input), container.name])
}

warn[msg] {
  input.kind == "Deployment"
  input.spec.replicas < 2
  msg := sprintf("%s has a single replica", [names.shown(input)])
}

exception[rules] {
  input.metadata.labels.legacy == "true"
  rules := ["root"]
}
