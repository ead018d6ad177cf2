# METADATA
# title: Risk
# description: |
#   The larger of what the author declares and what the facts say. The computed risk sets the levels of approval; a
#   declared risk above low also asks for more scrutiny, which always works.
package changeward

import rego.v1

risk_rank := {"low": 1, "moderate": 2, "high": 3}

risk_signals contains "low"

risk_signals contains input.risk.declared if input.risk.declared

risk_signals contains "high" if input.risk.unreadable

risk_signals contains "high" if input.claim.downtime

risk_signals contains "moderate" if control_edit

risk_signals contains "moderate" if count(input.rows) > params.moderate_rows

risk_signals contains "high" if count(input.rows) > params.high_rows

risk_signals contains "moderate" if input.stats.lines_in_scope > params.moderate_lines

risk_signals contains "moderate" if {
	some row in input.rows
	row.tier <= params.moderate_tier
}

risk_signals contains "high" if {
	some row in input.rows
	row.tier <= params.high_tier
}

risk_signals contains "moderate" if {
	some row in input.rows
	row.recent_failures >= params.moderate_failures
}

risk_signals contains "high" if {
	some row in input.rows
	row.recent_failures >= params.high_failures
}

risk := name if {
	top := max({risk_rank[signal] | some signal in risk_signals})
	some name, rank in risk_rank
	rank == top
}

# METADATA
# title: The author sees a risk
force_normal contains {
	"code": "RISK_DECLARED",
	"msg": sprintf("its author declares the risk %s", [input.risk.declared]),
} if {
	risk_rank[input.risk.declared] > 1
}

# METADATA
# title: The declared risk cannot be read
force_normal contains {
	"code": "RISK_DECLARED",
	"msg": sprintf("its author declares a risk that is none: %s; read as high", [input.risk.unreadable]),
	"help": "say `Risk: low`, `Risk: moderate` or `Risk: high`",
} if {
	input.risk.unreadable
}

# METADATA
# title: A factor that is never standard
force_normal contains {
	"code": sprintf("FACTOR:%s", [factor]),
	"msg": sprintf("its author says it %s", [words]),
} if {
	some factor, words in {
		"alters_functionality": "alters functionality",
		"requires_downtime": "needs downtime",
		"needs_higher_approval": "needs higher approval",
	}
	input.risk.factors[factor]
}
