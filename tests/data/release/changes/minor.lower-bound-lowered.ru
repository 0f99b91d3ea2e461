# expect: changed brsh:Statement-order
PREFIX brsh: <https://w3id.org/byregion/shapes#>
PREFIX sh: <http://www.w3.org/ns/shacl#>
DELETE DATA { brsh:Statement-order sh:minInclusive 1 } ;
INSERT DATA { brsh:Statement-order sh:minInclusive 0 }
