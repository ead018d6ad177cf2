# METADATA
# title: What cannot be seen
# description: A rule that judges lines is worth nothing where there are no lines to read.
package changeward

import rego.v1

# METADATA
# title: Contents that cannot be judged
force_normal contains {
	"code": "UNANALYSABLE",
	"msg": sprintf("the contents of %s cannot be judged: %s", [files_counted(count(input.index.unanalysable)), first_opaque]),
	"paths": [file.path | some file in input.index.unanalysable],
} if {
	count(input.index.unanalysable) > 0
}

first_opaque := sprintf("in %s, %s", [file.path, file.why]) if file := input.index.unanalysable[0]

# METADATA
# title: Part of the change is hidden
force_normal contains {
	"code": "DIFF_TRUNCATED",
	"msg": sprintf("part of the change cannot be seen: %s", [concat("; ", input.stats.truncated_why)]),
	"help": "fetch the whole history, or check the change from a full clone",
} if {
	input.stats.truncated
}
