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
	"help": gap_help,
} if {
	unowned
}

# The gap has one owner, a contact and a deadline; whoever knows the answer need not wait for them.
gap_help := sprintf("%s%s %snames an owner%s; or name one in .changeward/ownership.toml or CODEOWNERS", [
	input.escalation.owner,
	gap_contact,
	gap_answer,
	gap_resolved,
]) if input.escalation

gap_help := "name an owner in .changeward/ownership.toml or CODEOWNERS" if not input.escalation

gap_contact := sprintf(" (%s)", [input.escalation.contact]) if input.escalation.contact

gap_contact := "" if not input.escalation.contact

gap_answer := sprintf("answers by %s %s UTC and ", [substring(by, 0, 10), substring(by, 11, 5)]) if {
	by := input.escalation.acknowledge_by
}

gap_answer := "" if not input.escalation.acknowledge_by

gap_resolved := sprintf(" by %s", [substring(input.escalation.resolve_by, 0, 10)]) if input.escalation.resolve_by

gap_resolved := "" if not input.escalation.resolve_by

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
	not input.escalation.resolve_by
}

# METADATA
# title: An owner is to be assigned by a day
obligation contains {
	"kind": "assign-owner",
	"due": input.escalation.resolve_by,
	"msg": sprintf("%s names an owner for the files nobody answers for", [input.escalation.owner]),
	"paths": input.index.unowned,
} if {
	unowned
	input.escalation.resolve_by
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
