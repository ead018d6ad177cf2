# METADATA
# title: Edits of the files that control the gate
# description: |
#   A change that touches a policy, an ownership file, a template, a calendar or a workflow is always normal and needs
#   the control owners, whatever else it is.
package changeward

import rego.v1

# METADATA
# title: A control file is touched
force_normal contains {
	"code": "CONTROL_EDIT",
	"msg": sprintf("it edits %s that control the gate", [files_counted(count(input.index.control))]),
	"paths": input.index.control,
	"help": "a control edit is always normal; split it out if the rest should go ahead by itself",
} if {
	control_edit
}

# METADATA
# title: The control owners approve a control edit
require contains {
	"level": "control-owner",
	"who": review.who,
	"min": review.approvals,
	"why": "it edits files that control the gate",
} if {
	class == "normal"
	control_edit
	some review in input.control.reviews
}
