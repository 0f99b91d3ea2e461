# expect: changed brsh:Statement-order
PREFIX br: <https://w3id.org/byregion/def#>
PREFIX brsh: <https://w3id.org/byregion/shapes#>
PREFIX sh: <http://www.w3.org/ns/shacl#>
DELETE DATA { brsh:Statement-order sh:path br:order } ;
INSERT DATA { brsh:Statement-order sh:path br:after }
