# expect: changed brsh:Statement-region
PREFIX br: <https://w3id.org/byregion/def#>
PREFIX brsh: <https://w3id.org/byregion/shapes#>
PREFIX sh: <http://www.w3.org/ns/shacl#>
DELETE DATA { brsh:Statement-region sh:class br:Region } ;
INSERT DATA { brsh:Statement-region sh:class br:Plan }
