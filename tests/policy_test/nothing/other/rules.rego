package changeward

import rego.v1

other := 1
