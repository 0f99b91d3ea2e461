# expect: changed brsh:Statement-name
PREFIX sh: <http://www.w3.org/ns/shacl#>
DELETE { ?s sh:languageIn ?list }
INSERT { ?s sh:languageIn ( "nb" "nn" "se" ) }
WHERE { ?s sh:languageIn ?list }
