# expect: changed brsh:Statement-name
PREFIX sh: <http://www.w3.org/ns/shacl#>
DELETE { ?s sh:languageIn ?list }
INSERT { ?s sh:languageIn ( "nb" ) }
WHERE { ?s sh:languageIn ?list }
