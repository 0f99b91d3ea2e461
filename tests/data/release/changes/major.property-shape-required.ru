# expect: changed brsh:Statement
# expect: added brsh:Statement-plan
PREFIX br: <https://w3id.org/byregion/def#>
PREFIX brsh: <https://w3id.org/byregion/shapes#>
PREFIX sh: <http://www.w3.org/ns/shacl#>
INSERT DATA { brsh:Statement-plan a sh:PropertyShape ; sh:path br:plan ; sh:minCount 1 . brsh:Statement sh:property brsh:Statement-plan }
