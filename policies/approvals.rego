# METADATA
# title: Whose approval a normal change needs
# description: |
#   The people responsible for each touched row; from moderate risk the accountable too; at high risk the change
#   authority. Who may not approve, who stands in, and which approval counts is settled by the gate, not here.
package changeward

import rego.v1

# METADATA
# title: Each touched row is reviewed
require contains {
	"level": sprintf("review:%s", [id]),
	"who": review.who,
	"min": review.approvals,
	"why": sprintf("it touches %s", [row_words(id, row)]),
} if {
	class == "normal"
	some id, row in input.rows
	some review in row.reviews
}

# METADATA
# title: The accountable decide from moderate risk
require contains {
	"level": sprintf("accountable:%s", [id]),
	"who": accountable,
	"min": 1,
	"why": sprintf("it touches %s at %s risk", [row_words(id, row), risk]),
} if {
	class == "normal"
	risk_rank[risk] >= 2
	some id, row in input.rows
	some accountable in accountables(row)
}

# A row that another file than the matrix makes is answered for by whoever owns each part of it.
accountables(row) := {row.accountable} if not row.by_owners

accountables(row) := {review.who | some review in row.reviews} if row.by_owners

# METADATA
# title: The change authority decides at high risk
require contains {
	"level": "change-authority",
	"who": input.change_authority.who,
	"min": 1,
	"why": "its risk is high, its author asks for higher approval, or it touches no row at all",
} if {
	class == "normal"
	needs_change_authority
}

row_words(id, row) := sprintf("`%s`", [id]) if row.place == ""

row_words(id, row) := sprintf("`%s` (%s)", [id, row.place]) if row.place != ""

needs_change_authority if risk == "high"

needs_change_authority if input.risk.factors.needs_higher_approval

needs_change_authority if {
	count(input.rows) == 0
	not unowned
	not control_edit
}
