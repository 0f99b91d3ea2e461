# expect: changed brsh:Statement
PREFIX br: <https://w3id.org/byregion/def#>
PREFIX sh: <http://www.w3.org/ns/shacl#>
DELETE { ?s sh:or ?list }
INSERT { ?s sh:or ( [ sh:class br:Goal ] ) }
WHERE { ?s sh:or ?list }
