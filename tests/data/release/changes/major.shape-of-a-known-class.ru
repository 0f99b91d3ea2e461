# expect: added brsh:Plan
PREFIX br: <https://w3id.org/byregion/def#>
PREFIX brsh: <https://w3id.org/byregion/shapes#>
PREFIX sh: <http://www.w3.org/ns/shacl#>
INSERT DATA { brsh:Plan a sh:NodeShape ; sh:targetClass br:Plan ; sh:nodeKind sh:IRI }
