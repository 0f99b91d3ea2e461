# expect: changed brsh:Statement
PREFIX sh: <http://www.w3.org/ns/shacl#>
DELETE { ?s sh:maxCount ?n }
WHERE { ?s sh:in ?list ; sh:maxCount ?n }
