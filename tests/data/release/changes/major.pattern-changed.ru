# expect: changed brsh:Statement-name
PREFIX brsh: <https://w3id.org/byregion/shapes#>
PREFIX sh: <http://www.w3.org/ns/shacl#>
INSERT DATA { brsh:Statement-name sh:pattern "^[A-Z]" }
