# expect: changed br:Region
PREFIX owl: <http://www.w3.org/2002/07/owl#>
DELETE { ?s owl:members ?list }
WHERE { ?s owl:members ?list }
