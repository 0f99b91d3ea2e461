# expect: changed brsh:Statement-order
PREFIX brsh: <https://w3id.org/byregion/shapes#>
PREFIX sh: <http://www.w3.org/ns/shacl#>
PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>
DELETE DATA { brsh:Statement-order sh:datatype xsd:integer } ;
INSERT DATA { brsh:Statement-order sh:datatype xsd:positiveInteger }
