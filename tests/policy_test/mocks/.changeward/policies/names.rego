package changeward.lib.names

import rego.v1

known(path) if is_readme(path)

is_readme(path) if endswith(path, "README")
