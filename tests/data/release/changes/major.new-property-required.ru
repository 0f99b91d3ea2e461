# expect: changed brsh:Statement
# expect: added br:reason
PREFIX br: <https://w3id.org/byregion/def#>
PREFIX brsh: <https://w3id.org/byregion/shapes#>
PREFIX owl: <http://www.w3.org/2002/07/owl#>
PREFIX sh: <http://www.w3.org/ns/shacl#>
INSERT DATA { br:reason a owl:DatatypeProperty . brsh:Statement sh:property [ sh:path br:reason ; sh:minCount 1 ] }
