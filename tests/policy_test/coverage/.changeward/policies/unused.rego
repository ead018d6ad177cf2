package changeward.lib.unused

import rego.v1

names := {
	"a": 1,
	"b": 2,
}

twice(n) := m if {
	m := n * 2
}
