package main

import rego.v1

violation contains {"msg": msg, "details": {"image": image}} if {
	some command in input
	command.Cmd == "from"
	image := command.Value[0]
	not from_known_registry(image)
	msg := sprintf("stage %d is built on %s, of no registry we know", [command.Stage, image])
}

from_known_registry(image) if {
	some registry in data.registries
	startswith(image, sprintf("%s/", [registry]))
}
