# expect: removed brsh:Statement-order
# expect: changed brsh:Statement
PREFIX brsh: <https://w3id.org/byregion/shapes#>
PREFIX sh: <http://www.w3.org/ns/shacl#>
DELETE
WHERE { brsh:Statement-order ?p ?o } ;
DELETE DATA { brsh:Statement sh:property brsh:Statement-order }
