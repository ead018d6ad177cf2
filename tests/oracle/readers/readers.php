<?php
// Reads INI files as PHP does, one JSON string a line in, one JSON value a line out, null for what is refused.
$mode = $argv[1] === 'raw' ? INI_SCANNER_RAW : INI_SCANNER_NORMAL;
while (($line = fgets(STDIN)) !== false) {
    $found = @parse_ini_string(json_decode($line), true, $mode);
    echo json_encode($found === false ? null : (object) $found), "\n";
}
