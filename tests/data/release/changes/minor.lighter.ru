# expect: changed brsh:Statement-name
PREFIX brsh: <https://w3id.org/byregion/shapes#>
PREFIX sh: <http://www.w3.org/ns/shacl#>
DELETE DATA { brsh:Statement-name sh:severity sh:Warning } ;
INSERT DATA { brsh:Statement-name sh:severity sh:Info }
