# expect: changed brsh:Statement
PREFIX br: <https://w3id.org/byregion/def#>
PREFIX brsh: <https://w3id.org/byregion/shapes#>
PREFIX sh: <http://www.w3.org/ns/shacl#>
INSERT DATA { brsh:Statement sh:targetClass br:Plan }
