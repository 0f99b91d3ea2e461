# expect: changed brsh:Statement
PREFIX br: <https://w3id.org/byregion/def#>
PREFIX brsh: <https://w3id.org/byregion/shapes#>
PREFIX sh: <http://www.w3.org/ns/shacl#>
INSERT DATA { brsh:Statement sh:property [ sh:path br:plan ; sh:class br:Plan ] }
