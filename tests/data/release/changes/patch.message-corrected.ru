# expect: changed brsh:Statement-name
PREFIX brsh: <https://w3id.org/byregion/shapes#>
PREFIX sh: <http://www.w3.org/ns/shacl#>
DELETE
WHERE { brsh:Statement-name sh:message ?words }
