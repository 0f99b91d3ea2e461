# expect: changed brsh:Statement-region
PREFIX brsh: <https://w3id.org/byregion/shapes#>
PREFIX sh: <http://www.w3.org/ns/shacl#>
DELETE DATA { brsh:Statement-region sh:maxCount 2 } ;
INSERT DATA { brsh:Statement-region sh:maxCount 3 }
