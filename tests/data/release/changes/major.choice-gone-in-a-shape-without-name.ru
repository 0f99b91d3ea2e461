# expect: changed brsh:Statement
PREFIX concept: <https://w3id.org/byregion/id/concept/>
PREFIX sh: <http://www.w3.org/ns/shacl#>
DELETE { ?s sh:in ?list }
INSERT { ?s sh:in ( concept:growth ) }
WHERE { ?s sh:in ?list }
