# METADATA
# title: Who answers for the touched files
package changeward

import rego.v1

# METADATA
# title: A file nobody answers for
force_normal contains {
	"code": "UNOWNED",
	"msg": sprintf("nobody answers for %s", [files_counted(count(input.index.unowned))]),
	"paths": input.index.unowned,
	"help": "name an owner in .changeward/ownership.toml or CODEOWNERS",
} if {
	unowned
}

# METADATA
# title: A touched row has a fault
force_normal contains {
	"code": "RACI_LINT",
	"msg": sprintf("row `%s` has a fault: %s", [id, concat("; ", [lint.msg | some lint in row.lints])]),
	"help": sprintf("mend the row at %s", [row.place]),
} if {
	some id, row in input.rows
	count(row.lints) > 0
}

# METADATA
# title: The escalation owner assigns an owner
require contains {
	"level": "assign-owner",
	"who": [input.escalation.owner],
	"min": 1,
	"why": "somebody who can assign an owner must answer for the files nobody owns",
} if {
	class in {"normal", "emergency"}
	unowned
	input.escalation
}

# METADATA
# title: Nobody can assign an owner
deny contains {
	"code": "NO_ESCALATION_OWNER",
	"msg": "nobody answers for these files, and nobody is named who could assign an owner",
	"paths": input.index.unowned,
	"help": "name one person in [escalation] of .changeward/ownership.toml, or an owner of the files, on the base branch",
} if {
	unowned
	not input.escalation
}

# METADATA
# title: An owner is still to be assigned
obligation contains {
	"kind": "assign-owner",
	"msg": "name an owner for the files nobody answers for",
	"paths": input.index.unowned,
} if {
	unowned
}

# METADATA
# title: The repository names no owner at all
warn contains {
	"code": "NO_OWNERSHIP",
	"msg": "the repository names no owners, so any one peer may approve",
	"help": "add a CODEOWNERS file, or run `changeward init` for an ownership matrix",
} if {
	not input.has_ownership
}
